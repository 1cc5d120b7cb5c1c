package io.patienthttp.test;

import java.util.Collection;
import java.util.List;

/** What a failed test says of requests. Shows bodies and queries, which are the test's own, but no secret. */
final class Messages {

    private Messages() {}

    static String notEnqueued(RequestPattern expected, List<RequestView> enqueued, List<RequestView> rolledBack) {
        return "Expected this request to be enqueued:\n  " + expected + "\n"
                + (enqueued.isEmpty()
                        ? "but none was. Was the code under test called, and given this TestPatientHttp as its client?"
                        : "but only these were:" + compared(expected, enqueued))
                + rolledBack(expected, rolledBack);
    }

    private static String rolledBack(RequestPattern expected, List<RequestView> rolledBack) {
        return rolledBack.isEmpty()
                ? ""
                : "\nThese were enqueued, too, but their transaction rolled back:" + compared(expected, rolledBack);
    }

    static String enqueuedThough(RequestPattern unexpected, List<RequestView> found) {
        return "Expected no request like this to be enqueued:\n  " + unexpected + "\nbut there was:" + listed(found);
    }

    static String enqueuedThough(List<RequestView> found) {
        return "Expected no request to be enqueued, but there was:" + listed(found);
    }

    static String forgotten(List<RecordedRequest> requests) {
        return "The test scripted what these requests get, but they were never sent, and no assertion names them:"
                + listed(views(requests))
                + "\nCall http.deliverAll() after the code under test, or assert that they are enqueued.";
    }

    static String undelivered(List<RecordedRequest> requests) {
        return "Perhaps this is why: these requests were enqueued, but their callbacks did not run:"
                + listed(views(requests)) + "\nhttp.deliverAll() sends them and runs their callbacks.";
    }

    static List<RequestView> views(Collection<RecordedRequest> requests) {
        return requests.stream().map(RecordedRequest::view).toList();
    }

    private static String listed(List<RequestView> requests) {
        var text = new StringBuilder();
        requests.forEach(request -> text.append("\n  ").append(request));
        return text.toString();
    }

    /** Each with what differs, unless it is another request altogether. */
    private static String compared(RequestPattern expected, List<RequestView> requests) {
        var text = new StringBuilder();
        for (var request : requests) {
            text.append("\n  ").append(request);
            if (expected.reaches(request)) {
                expected.differences(request)
                        .forEach(difference -> text.append("\n    but its ").append(difference));
            }
        }
        return text.toString();
    }
}
