package io.patienthttp.spring;

import java.util.Collection;
import java.util.Locale;
import java.util.Set;
import org.springframework.boot.actuate.endpoint.SanitizableData;
import org.springframework.boot.actuate.endpoint.SanitizingFunction;

/**
 * Keeps secrets out of the actuator's env and configprops, also with {@code show-values=always}: by the name of the
 * property in any spelling, by the value wherever else it is set (a placeholder's source), and where the JSON or the
 * command line that set it is a property itself.
 */
final class SecretMask implements SanitizingFunction {

    private static final String SECRETS = "patienthttpsecrets";

    private static final String KEYS = "patienthttpsealingkeys";

    private static final String PROXY = "patienthttpproxyurl"; // with user and password

    private static final Set<String> JSON = Set.of("springapplicationjson");

    private final Collection<String> secrets;

    SecretMask(Collection<String> secrets) {
        this.secrets = secrets;
    }

    @Override
    public SanitizableData apply(SanitizableData data) {
        return isSecret(data) ? data.withSanitizedValue() : data;
    }

    private boolean isSecret(SanitizableData data) {
        var value = data.getValue();
        if (value == null) {
            return false;
        }
        var key = letters(data.getKey());
        var text = value.toString();
        return key.startsWith(SECRETS)
                || key.startsWith(KEYS)
                || key.equals(PROXY)
                || JSON.contains(key)
                || secrets.contains(text)
                || letters(text).contains(SECRETS)
                || letters(text).contains(KEYS);
    }

    private static String letters(String text) {
        return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]", "");
    }
}
