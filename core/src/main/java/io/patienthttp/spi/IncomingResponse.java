package io.patienthttp.spi;

import io.patienthttp.Headers;

/**
 * The complete answer to one hop.
 *
 * @param status the status code
 * @param headers the header fields
 * @param body the body, decompressed; empty if there is none; not to be modified
 */
public record IncomingResponse(int status, Headers headers, byte[] body) {}
