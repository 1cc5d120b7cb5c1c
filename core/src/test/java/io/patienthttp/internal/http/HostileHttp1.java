package io.patienthttp.internal.http;

import static io.patienthttp.Failure.Kind.CONNECTION;
import static io.patienthttp.Failure.Kind.PROTOCOL;
import static io.patienthttp.Failure.Kind.RESPONSE_TOO_LARGE;
import static io.patienthttp.internal.http.HostileCase.answers;
import static io.patienthttp.internal.http.HostileCase.fails;
import static io.patienthttp.internal.http.HostileCase.timesOut;
import static io.patienthttp.internal.http.RawServer.write;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.zip.GZIPOutputStream;

/** What an HTTP/1.1 server can do wrong. */
final class HostileHttp1 {

    static final String ENDED = "ended before the answer was complete";
    static final String INVALID = "is not valid HTTP";
    static final String OK = "HTTP/1.1 200 OK\r\n";
    private static final String LENGTH_2 = OK + "Content-Length: 2\r\n\r\nok";

    private HostileHttp1() {}

    static List<HostileCase<Socket>> cases() {
        return List.of(
                fails("reset before the head", CONNECTION, ENDED, RawServer::reset),
                fails("reset in the head", CONNECTION, ENDED, then(OK + "A: ", RawServer::reset)),
                fails(
                        "reset in the body",
                        CONNECTION,
                        ENDED,
                        then(OK + "Content-Length: 9\r\n\r\n123", RawServer::reset)),
                fails("close without a byte", CONNECTION, ENDED, Socket::close),
                fails("close in the head", CONNECTION, ENDED, then(OK + "A: ", Socket::close)),
                fails("close in the body", CONNECTION, ENDED, then(OK + "Content-Length: 9\r\n\r\n123", Socket::close)),
                fails("close in a chunk", CONNECTION, ENDED, then(chunked("5\r\n123"), Socket::close)),
                fails("close before the last chunk", CONNECTION, ENDED, then(chunked("3\r\n123\r\n"), Socket::close)),
                fails("garbage", PROTOCOL, INVALID, s -> write(s, "nonsense\r\n\r\n")),
                fails("binary garbage", PROTOCOL, INVALID, s -> write(s, "\0\1\2\3\u00ff\u00fe\0\0\r\n")),
                fails("TLS alert", PROTOCOL, INVALID, s -> write(s, "\25\3\3\0\2\2\50")),
                fails("length of text", PROTOCOL, INVALID, s -> write(s, OK + "Content-Length: abc\r\n\r\n")),
                fails("negative length", PROTOCOL, INVALID, s -> write(s, OK + "Content-Length: -5\r\n\r\n")),
                fails(
                        "huge length",
                        PROTOCOL,
                        INVALID,
                        s -> write(s, OK + "Content-Length: 99999999999999999999\r\n\r\n")),
                fails(
                        "two lengths",
                        PROTOCOL,
                        INVALID,
                        s -> write(s, OK + "Content-Length: 2\r\nContent-Length: 3\r\n\r\nok!")),
                fails("list of lengths", PROTOCOL, INVALID, s -> write(s, OK + "Content-Length: 2, 3\r\n\r\nok!")),
                answers("length too short", 200, "ok", s -> write(s, LENGTH_2 + " and more")),
                answers("no length", 200, "ok", then(OK + "\r\nok", Socket::close)),
                fails("chunk size of text", CONNECTION, ENDED, s -> write(s, chunked("zz\r\nok\r\n0\r\n\r\n"))),
                fails("negative chunk size", CONNECTION, ENDED, s -> write(s, chunked("-1\r\nok\r\n0\r\n\r\n"))),
                fails("huge chunk size", CONNECTION, ENDED, s -> write(s, chunked("fffffffffffffffff\r\nok"))),
                fails("chunk longer than it says", CONNECTION, ENDED, s -> write(s, chunked("1\r\nok\r\n0\r\n\r\n"))),
                fails("endless head", PROTOCOL, "head", s -> endless(s, OK, "A: aaaaaaaaaaaaaaaa\r\n")),
                fails(
                        "header of 1 MB",
                        PROTOCOL,
                        "head",
                        s -> write(s, OK + "A: " + "a".repeat(1 << 20) + "\r\nContent-Length: 0\r\n\r\n")),
                fails("endless first line", PROTOCOL, "", s -> endless(s, "HTTP/1.1 200 ", "aaaaaaaaaaaaaaaaaaaaaaaa")),
                fails(
                        "endless body",
                        RESPONSE_TOO_LARGE,
                        "100000 bytes",
                        s -> endless(s, OK + "\r\n", "a".repeat(1000))),
                fails(
                        "endless chunks",
                        RESPONSE_TOO_LARGE,
                        "100000 bytes",
                        s -> endless(s, chunked(""), "3e8\r\n" + "a".repeat(1000) + "\r\n")),
                fails("gzip bomb", RESPONSE_TOO_LARGE, "100000 bytes", s -> gzip(s, bomb())),
                fails(
                        "broken gzip",
                        PROTOCOL,
                        "compressed body cannot be read",
                        s -> gzip(s, "not gzip".getBytes(StandardCharsets.ISO_8859_1))),
                timesOut("a byte at a time in the head", s -> drip(s, OK + "A: " + "a".repeat(1000))),
                timesOut("a byte at a time in the body", s -> drip(s, OK + "\r\n" + "a".repeat(1000))),
                timesOut("silence after accept", s -> {}),
                timesOut("silence in the head", s -> write(s, OK + "A: ")),
                timesOut("silence after the head", s -> write(s, OK + "Content-Length: 5\r\n\r\n")),
                timesOut("silence in the body", s -> write(s, OK + "Content-Length: 5\r\n\r\n12")),
                fails("endless 102", PROTOCOL, INVALID, s -> endless(s, "", "HTTP/1.1 102 Processing\r\n\r\n")),
                answers(
                        "100, 102 and 103 first",
                        200,
                        "ok",
                        s -> write(
                                s,
                                "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 Processing\r\n\r\n"
                                        + "HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + LENGTH_2)),
                answers("HTTP/1.0", 200, "ok", then("HTTP/1.0 200 OK\r\n\r\nok", Socket::close)),
                fails("status 99", PROTOCOL, INVALID, s -> write(s, "HTTP/1.1 99 Low\r\nContent-Length: 2\r\n\r\nok")),
                fails(
                        "status 999",
                        PROTOCOL,
                        INVALID,
                        s -> write(s, "HTTP/1.1 999 High\r\nContent-Length: 2\r\n\r\nok")),
                fails(
                        "status of text",
                        PROTOCOL,
                        INVALID,
                        s -> write(s, "HTTP/1.1 abc Text\r\nContent-Length: 2\r\n\r\nok")),
                fails("no status", PROTOCOL, INVALID, s -> write(s, "HTTP/1.1\r\nContent-Length: 2\r\n\r\nok")),
                fails("HTTP/9.9", PROTOCOL, INVALID, s -> write(s, "HTTP/9.9 200 OK\r\nContent-Length: 2\r\n\r\nok")),
                fails(
                        "switch of protocol",
                        PROTOCOL,
                        INVALID,
                        s -> write(s, "HTTP/1.1 101 Switch\r\nUpgrade: x\r\n\r\nzzz")),
                fails("NUL in a header", PROTOCOL, INVALID, s -> write(s, OK + "A: a\0b\r\nContent-Length: 0\r\n\r\n")),
                fails("space in a name", PROTOCOL, INVALID, s -> write(s, OK + "A b: c\r\nContent-Length: 0\r\n\r\n")),
                answers(
                        "invalid UTF-8",
                        200,
                        "\u00ff\u00fe",
                        s -> write(
                                s,
                                OK
                                        + "Content-Type: text/plain;charset=utf-8\r\nContent-Length: 2\r\n\r\n\u00ff\u00fe")),
                answers(
                        "unknown charset",
                        200,
                        "ok",
                        s -> write(s, OK + "Content-Type: text/plain;charset=x-none\r\nContent-Length: 2\r\n\r\nok")),
                answers(
                        "204 with a body",
                        204,
                        "",
                        s -> write(s, "HTTP/1.1 204 No Content\r\nContent-Length: 2\r\n\r\nok")),
                answers(
                        "304 with a body",
                        304,
                        "",
                        s -> write(s, "HTTP/1.1 304 Not Modified\r\nContent-Length: 2\r\n\r\nok")),
                answers("trailers", 200, "ok", s -> write(s, chunked("2\r\nok\r\n0\r\nT: x\r\n\r\n"))));
    }

    static String chunked(String chunks) {
        return OK + "Transfer-Encoding: chunked\r\n\r\n" + chunks;
    }

    private static HostileCase.Act<Socket> then(String text, HostileCase.Act<Socket> end) {
        return socket -> {
            write(socket, text);
            end.run(socket);
        };
    }

    private static void endless(Socket socket, String start, String again) throws IOException {
        write(socket, start);
        while (true) {
            write(socket, again);
        }
    }

    private static void drip(Socket socket, String text) throws Exception {
        for (var c : text.toCharArray()) {
            write(socket, String.valueOf(c));
            Thread.sleep(50); // how slow it is, is what is tested
        }
    }

    private static void gzip(Socket socket, byte[] body) throws IOException {
        write(socket, OK + "Content-Encoding: gzip\r\nContent-Length: " + body.length + "\r\n\r\n");
        socket.getOutputStream().write(body);
    }

    /** 10 MB of nothing in 10 kB. */
    static byte[] bomb() throws IOException {
        var bytes = new ByteArrayOutputStream();
        try (var out = new GZIPOutputStream(bytes)) {
            for (var i = 0; i < 10; i++) {
                out.write(new byte[1 << 20]);
            }
        }
        return bytes.toByteArray();
    }
}
