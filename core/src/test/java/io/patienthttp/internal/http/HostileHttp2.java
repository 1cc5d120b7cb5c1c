package io.patienthttp.internal.http;

import static io.patienthttp.Failure.Kind.CONNECTION;
import static io.patienthttp.Failure.Kind.PROTOCOL;
import static io.patienthttp.Failure.Kind.RESPONSE_TOO_LARGE;
import static io.patienthttp.internal.http.HostileCase.answers;
import static io.patienthttp.internal.http.HostileCase.fails;
import static io.patienthttp.internal.http.HostileCase.timesOut;
import static io.patienthttp.internal.http.Http2Peer.CONTINUATION;
import static io.patienthttp.internal.http.Http2Peer.DATA;
import static io.patienthttp.internal.http.Http2Peer.END_HEADERS;
import static io.patienthttp.internal.http.Http2Peer.HEADERS;

import java.net.Socket;
import java.util.Arrays;
import java.util.List;

/** What an HTTP/2 server can do wrong. */
final class HostileHttp2 {

    private static final int INTERNAL_ERROR = 2;
    private static final int REFUSED_STREAM = 7;
    private static final int ENHANCE_YOUR_CALM = 11;
    private static final String ENDED = HostileHttp1.ENDED;
    private static final String INVALID = HostileHttp1.INVALID;

    private HostileHttp2() {}

    /** The stream of the request on its connection. */
    record Stream(Socket socket, Http2Peer peer, int id) {}

    static List<HostileCase<Stream>> cases() {
        return List.of(
                fails("reset before the head", CONNECTION, ENDED, s -> RawServer.reset(s.socket)),
                fails("close without a byte", CONNECTION, ENDED, s -> s.socket.close()),
                fails("close in the body", CONNECTION, ENDED, s -> {
                    s.peer.headers(s.id, false, "200");
                    s.peer.data(s.id, false, "o");
                    s.socket.close();
                }),
                fails("garbage", CONNECTION, ENDED, s -> RawServer.write(s.socket, "nonsense that is no frame at all")),
                fails("stream reset", CONNECTION, ENDED, s -> s.peer.reset(s.id, INTERNAL_ERROR)),
                fails("stream reset in the body", CONNECTION, ENDED, s -> {
                    s.peer.headers(s.id, false, "200");
                    s.peer.data(s.id, false, "o");
                    s.peer.reset(s.id, INTERNAL_ERROR);
                }),
                fails("refused after the head", CONNECTION, ENDED, s -> {
                    s.peer.headers(s.id, false, "200");
                    s.peer.reset(s.id, REFUSED_STREAM);
                }),
                fails("goes away and closes", CONNECTION, ENDED, s -> {
                    s.peer.goAway(s.id, ENHANCE_YOUR_CALM);
                    s.socket.close();
                }),
                timesOut("length too long", s -> {
                    s.peer.headers(s.id, false, "200", "content-length", "5");
                    s.peer.data(s.id, true, "ok");
                }),
                timesOut("length too short", s -> {
                    s.peer.headers(s.id, false, "200", "content-length", "1");
                    s.peer.data(s.id, true, "ok");
                }),
                fails("endless head", CONNECTION, "", s -> {
                    s.peer.send(HEADERS, 0, s.id, Http2Peer.block("200"));
                    while (true) {
                        s.peer.send(CONTINUATION, 0, s.id, field());
                    }
                }),
                fails("header of 1 MB", CONNECTION, "", s -> {
                    var block = Http2Peer.block("200", "a", "a".repeat(1 << 20));
                    s.peer.send(HEADERS, 0, s.id, Arrays.copyOf(block, 16_000));
                    for (var at = 16_000; at < block.length; at += 16_000) {
                        var end = Math.min(block.length, at + 16_000);
                        var flags = end == block.length ? END_HEADERS : 0;
                        s.peer.send(CONTINUATION, flags, s.id, Arrays.copyOfRange(block, at, end));
                    }
                }),
                fails(
                        "broken header block",
                        CONNECTION,
                        "",
                        s -> s.peer.send(HEADERS, END_HEADERS, s.id, new byte[] {
                            (byte) 0xff, (byte) 0xff, (byte) 0xff, (byte) 0xff
                        })),
                timesOut("body without a head", s -> s.peer.data(s.id, true, "ok")),
                fails("frame too large", CONNECTION, "", s -> s.peer.send(DATA, 0, s.id, new byte[100_000])),
                fails("endless body", RESPONSE_TOO_LARGE, "100000 bytes", s -> {
                    s.peer.headers(s.id, false, "200");
                    for (var i = 1; i <= 150; i++) {
                        s.peer.data(s.id, false, "a".repeat(1_000));
                        if (i % 33 == 0) { // half the window
                            s.peer.next(); // a larger window
                        }
                    }
                }),
                fails("gzip bomb", RESPONSE_TOO_LARGE, "100000 bytes", s -> {
                    s.peer.headers(s.id, false, "200", "content-encoding", "gzip");
                    s.peer.send(DATA, 1, s.id, HostileHttp1.bomb());
                }),
                fails("broken gzip", PROTOCOL, "compressed body cannot be read", s -> {
                    s.peer.headers(s.id, false, "200", "content-encoding", "gzip");
                    s.peer.data(s.id, true, "not gzip");
                }),
                timesOut("a byte at a time", s -> {
                    s.peer.headers(s.id, false, "200");
                    for (var i = 0; i < 30; i++) {
                        s.peer.data(s.id, false, "a");
                        Thread.sleep(50); // how slow it is, is what is tested
                    }
                }),
                timesOut("silence", s -> {}),
                timesOut("silence after the head", s -> s.peer.headers(s.id, false, "200")),
                timesOut("silence in the body", s -> {
                    s.peer.headers(s.id, false, "200", "content-length", "5");
                    s.peer.data(s.id, false, "12");
                }),
                answers("102 and 103 first", 200, "ok", s -> {
                    s.peer.headers(s.id, false, "102");
                    s.peer.headers(s.id, false, "103", "link", "</x>");
                    s.peer.ok(s.id);
                }),
                fails("status 99", PROTOCOL, INVALID, s -> s.peer.headers(s.id, true, "99")),
                fails("status 999", PROTOCOL, INVALID, s -> s.peer.headers(s.id, true, "999")),
                fails("status of text", CONNECTION, "", s -> s.peer.headers(s.id, true, "abc")),
                answers("204 with a body", 204, "", s -> {
                    s.peer.headers(s.id, false, "204");
                    s.peer.data(s.id, true, "ok");
                }),
                answers("trailers", 200, "ok", s -> {
                    s.peer.headers(s.id, false, "200");
                    s.peer.data(s.id, false, "ok");
                    s.peer.send(
                            HEADERS,
                            END_HEADERS | 1,
                            s.id,
                            Arrays.copyOfRange(Http2Peer.block("200", "t", "x"), 5, 10));
                }));
    }

    private static byte[] field() throws java.io.IOException {
        var block = Http2Peer.block("200", "a", "a".repeat(100));
        return Arrays.copyOfRange(block, 5, block.length);
    }
}
