package io.patienthttp;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.util.List;
import java.util.stream.Stream;

/**
 * Addresses that are no ordinary host on the public internet: all of IANA's special-purpose registries for IPv4 and
 * IPv6 (RFC 6890 and successors, as of 2025), those that are globally reachable included, and all multicast.
 */
final class SpecialPurposeAddresses {

    private static final List<AddressRange> RANGES = Stream.of(
                    "0.0.0.0/8", // "this network", RFC 791
                    "10.0.0.0/8", // private use, RFC 1918
                    "100.64.0.0/10", // shared address space, RFC 6598
                    "127.0.0.0/8", // loopback, RFC 1122
                    "169.254.0.0/16", // link local, RFC 3927; the metadata services of clouds
                    "172.16.0.0/12", // private use, RFC 1918
                    "192.0.0.0/24", // IETF protocol assignments, RFC 6890
                    "192.0.2.0/24", // TEST-NET-1, RFC 5737
                    "192.31.196.0/24", // AS112, RFC 7535
                    "192.52.193.0/24", // AMT, RFC 7450
                    "192.88.99.0/24", // 6to4 relay anycast, RFC 7526
                    "192.168.0.0/16", // private use, RFC 1918
                    "192.175.48.0/24", // AS112, RFC 7534
                    "198.18.0.0/15", // benchmarking, RFC 2544
                    "198.51.100.0/24", // TEST-NET-2, RFC 5737
                    "203.0.113.0/24", // TEST-NET-3, RFC 5737
                    "224.0.0.0/4", // multicast, RFC 5771
                    "240.0.0.0/4", // reserved, RFC 1112; limited broadcast, RFC 8190
                    "2001::/23", // IETF protocol assignments, RFC 2928: Teredo, benchmarking, ORCHID ..
                    "2001:db8::/32", // documentation, RFC 3849
                    "2002::/16", // 6to4, RFC 3056: an IPv4 address inside
                    "2620:4f:8000::/48", // AS112, RFC 7534
                    "3fff::/20") // documentation, RFC 9637
            .map(range -> AddressRange.parse("range", range))
            .toList();

    /**
     * All that IANA has given out for ordinary use (RFC 4291, section 2.4). Outside it are loopback, IPv4-mapped and
     * IPv4-compatible addresses, NAT64 (64:ff9b::/96, 64:ff9b:1::/48), discard-only (100::/64), 5f00::/16, fc00::/7,
     * fe80::/10, fec0::/10 and ff00::/8.
     */
    private static final AddressRange GLOBAL_UNICAST = AddressRange.parse("range", "2000::/3");

    private SpecialPurposeAddresses() {}

    static boolean contains(InetAddress address) {
        if (address instanceof Inet6Address && !GLOBAL_UNICAST.contains(address)) {
            return true;
        }
        return RANGES.stream().anyMatch(range -> range.contains(address));
    }
}
