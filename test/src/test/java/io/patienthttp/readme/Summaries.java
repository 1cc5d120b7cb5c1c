package io.patienthttp.readme;

import io.patienthttp.PatientHttpClient;
import io.patienthttp.RequestTemplate;
import io.patienthttp.Secret;
import java.time.Duration;
import java.util.Map;
import org.springframework.stereotype.Service;
import org.springframework.transaction.annotation.Transactional;

/** As in the README. */
@Service
class Summaries {

    private final RequestTemplate openai;

    Summaries(PatientHttpClient http) {
        openai = http.template("https://api.openai.com/v1/")
                .header("Authorization", Secret.named("openai").prefixed("Bearer "))
                .timeout(Duration.ofMinutes(5))
                .callback(SummaryCallback.class)
                .build();
    }

    @Transactional
    public void summarize(long documentId, Map<String, Object> prompt) {
        openai.post("responses")
                .json(prompt)
                .callbackArgs(Map.of("document", documentId))
                .enqueue();
    }
}
