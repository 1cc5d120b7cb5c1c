package io.patienthttp;

/** Which version of HTTP is spoken (parity 44). */
public enum Protocol {
    /** HTTP/1.1, also where TLS could negotiate HTTP/2. */
    HTTP1,
    /**
     * HTTP/2: where TLS negotiates it, else the request fails; to {@code http} URLs without asking first ("prior
     * knowledge", RFC 9113, section 3.3).
     */
    HTTP2,
    /** HTTP/2 where TLS negotiates it (ALPN, RFC 7301), else HTTP/1.1: the default. */
    NEGOTIATE
}
