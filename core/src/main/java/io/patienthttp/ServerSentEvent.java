package io.patienthttp;

/**
 * One event of a {@code text/event-stream} (WHATWG HTML, section 9.2).
 *
 * @param type the field {@code event}; {@code message} if there was none
 * @param data the fields {@code data}, joined with line feeds
 * @param id the last field {@code id} of the stream so far; empty if there was none
 */
public record ServerSentEvent(String type, String data, String id) {}
