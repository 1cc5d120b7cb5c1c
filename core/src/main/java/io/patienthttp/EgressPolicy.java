package io.patienthttp;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Where requests may go: protects the network of the application where URLs come from its users. Immutable and safe for
 * all threads; equal if they say the same.
 *
 * <p>The addresses of a host are checked when it is connected to, and only an address that passed is connected to: a
 * name that resolves to something else a moment later gains nothing. That holds for each hop of a redirect. A request
 * that is refused ends with a {@link RejectedFailure} of kind {@link Failure.Kind#EGRESS_DENIED}; its message does not
 * name the address. A connection is used again only under the policy that it was opened under, and for
 * {@code max-connection-age} at most.
 *
 * <p>Behind a proxy it is the proxy that resolves names. Then only URLs that hold an address are checked; what names may
 * resolve to is for the proxy to restrict.
 */
public final class EgressPolicy {

    private static final EgressPolicy UNRESTRICTED = new EgressPolicy(false, Set.of(), List.of());
    private static final Pattern HOST = Pattern.compile("(?=.*[a-z])[a-z0-9_-]+(\\.[a-z0-9_-]+)*");

    private final boolean publicOnly;
    private final Set<String> allowed; // as given, in lower case
    private final List<AddressRange> allowedRanges;

    private EgressPolicy(boolean publicOnly, Set<String> allowed, List<AddressRange> allowedRanges) {
        this.publicOnly = publicOnly;
        this.allowed = allowed;
        this.allowedRanges = allowedRanges;
    }

    /** Requests may go everywhere: the default. */
    public static EgressPolicy unrestricted() {
        return UNRESTRICTED;
    }

    /**
     * Requests may go to hosts on the public internet alone: to no address of IANA's special-purpose registries (RFC
     * 6890 and successors) and to no multicast address. That includes private networks, loopback, link-local addresses
     * such as the metadata service of a cloud, and IPv6 addresses that hold an IPv4 address (mapped, compatible, 6to4,
     * Teredo, NAT64).
     */
    public static EgressPolicy publicOnly() {
        return new EgressPolicy(true, Set.of(), List.of());
    }

    /**
     * Derives a policy that also allows these: a CIDR or an address, such as {@code 10.1.0.0/16}, or a host name, such
     * as {@code hooks.internal}. A host name allows whatever it resolves to: name only hosts whose DNS you trust.
     *
     * @throws IllegalArgumentException if one is neither, or if nothing is forbidden
     */
    public EgressPolicy allow(String... cidrsOrHosts) {
        if (!publicOnly) {
            throw new IllegalArgumentException("egress allows everything already: there is nothing to add to");
        }
        var all = new LinkedHashSet<>(allowed);
        var ranges = new ArrayList<>(allowedRanges);
        for (var entry : cidrsOrHosts) {
            var text = entry.toLowerCase(Locale.ROOT);
            if (!HOST.matcher(text).matches() || text.indexOf(':') >= 0) {
                ranges.add(AddressRange.parse("egress", text));
            }
            all.add(text);
        }
        return new EgressPolicy(true, Set.copyOf(all), List.copyOf(ranges));
    }

    /** Whether only public addresses are allowed, and what else {@link #allowed} says. */
    public boolean isPublicOnly() {
        return publicOnly;
    }

    /** What is allowed besides: CIDRs, addresses and host names, in lower case. */
    public Set<String> allowed() {
        return allowed;
    }

    /** Whether every address of this host is allowed, whatever it is. */
    public boolean allowsHost(String host) {
        var lower = host.toLowerCase(Locale.ROOT);
        return !publicOnly || allowed.contains(lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower);
    }

    /** Whether this address is allowed for a host that is not allowed as a whole. */
    public boolean allowsAddress(InetAddress address) {
        return !publicOnly
                || allowedRanges.stream().anyMatch(range -> range.contains(address))
                || !SpecialPurposeAddresses.contains(address);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof EgressPolicy that && publicOnly == that.publicOnly && allowed.equals(that.allowed);
    }

    @Override
    public int hashCode() {
        return Objects.hash(publicOnly, allowed);
    }

    @Override
    public String toString() {
        return !publicOnly ? "EgressPolicy[unrestricted]" : "EgressPolicy[publicOnly, allow " + allowed + "]";
    }
}
