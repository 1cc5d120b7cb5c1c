package io.patienthttp;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.regex.Pattern;

/** The addresses that begin with the same bits, written as CIDR (RFC 4632, RFC 4291). */
record AddressRange(InetAddress network, int bits) {

    /** What {@link InetAddress#getByName} reads without asking a name server; it refuses what is no address. */
    private static final Pattern LITERAL = Pattern.compile("\\d{1,3}(\\.\\d{1,3}){3}|[0-9a-fA-F.]*:[0-9a-fA-F:.]*");

    /**
     * Reads {@code 10.0.0.0/8}, {@code fd00::/8} or a single address.
     *
     * @throws IllegalArgumentException if it is none of these, or has bits set behind the prefix
     */
    static AddressRange parse(String field, String text) {
        var slash = text.indexOf('/');
        try {
            var network = literal(slash < 0 ? text : text.substring(0, slash));
            var length = network.getAddress().length * 8;
            var bits = slash < 0 ? length : Integer.parseInt(text.substring(slash + 1));
            if (bits >= 0 && bits <= length && !hasBitsBehind(network.getAddress(), bits)) {
                return new AddressRange(network, bits);
            }
        } catch (UnknownHostException | NumberFormatException e) {
            // said below
        }
        throw new IllegalArgumentException(
                field + " must be a CIDR such as 10.0.0.0/8 or fd00::/8, without bits behind the prefix, was \"" + text
                        + "\"");
    }

    private static InetAddress literal(String text) throws UnknownHostException {
        if (!LITERAL.matcher(text).matches()) {
            throw new UnknownHostException(text);
        }
        return InetAddress.getByName(text);
    }

    private static boolean hasBitsBehind(byte[] network, int bits) {
        for (var i = bits; i < network.length * 8; i++) {
            if (bit(network, i)) {
                return true;
            }
        }
        return false;
    }

    boolean contains(InetAddress address) {
        var own = network.getAddress();
        var other = address.getAddress();
        if (own.length != other.length) {
            return false;
        }
        for (var i = 0; i < bits; i++) {
            if (bit(own, i) != bit(other, i)) {
                return false;
            }
        }
        return true;
    }

    private static boolean bit(byte[] bytes, int index) {
        return (bytes[index / 8] >> (7 - index % 8) & 1) == 1;
    }

    @Override
    public String toString() {
        return network.getHostAddress() + "/" + bits;
    }
}
