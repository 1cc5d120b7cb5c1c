package io.patienthttp.test;

import static io.patienthttp.test.Answer.json;
import static io.patienthttp.test.Answer.redirect;
import static io.patienthttp.test.Answer.text;
import static io.patienthttp.test.RequestPattern.get;
import static io.patienthttp.test.RequestPattern.post;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;

import io.patienthttp.PatientHttpClient;
import io.patienthttp.Request;
import io.patienthttp.Secret;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Tests of an application that are deliberately broken fail with messages that a newcomer understands. */
class BrokenTestsTest {

    private static final String THINGS = "https://api.example.com/things";

    private final Map<String, Optional<Throwable>> results = run(Broken.class);

    private Throwable failureOf(String test) {
        assertThat(results).containsKey(test + "()");
        return results.get(test + "()").orElseThrow(() -> new AssertionError(test + " did not fail"));
    }

    @Test
    void anotherBodyIsShownBesideTheExpectedOne() {
        assertThat(failureOf("expectsAnotherBody")).hasMessage("""
                Expected this request to be enqueued:
                  POST https://api.example.com/things with json {"name":"b"}
                but only these were:
                  POST https://api.example.com/things
                    but its json was {"name":"a"}
                  GET https://api.example.com/things?q=100%25&key=<secret:openai>""");
    }

    @Test
    void nothingEnqueuedAsksForTheClient() {
        assertThat(failureOf("expectsWhatIsNeverEnqueued")).hasMessage("""
                Expected this request to be enqueued:
                  GET https://api.example.com/things
                but none was. Was the code under test called, and given this TestPatientHttp as its client?""");
    }

    @Test
    void whatMustNotBeEnqueuedIsListed() {
        assertThat(failureOf("expectsNothing")).hasMessage("""
                Expected no request to be enqueued, but there was:
                  GET https://api.example.com/things""");
        assertThat(failureOf("expectsNotThis")).hasMessage("""
                Expected no request like this to be enqueued:
                  GET https://api.example.com/*
                but there was:
                  GET https://api.example.com/things""");
        assertThat(failureOf("expectsItTwice")).hasMessageStartingWith("Expected 2 times, but found 1 times.");
    }

    @Test
    void aMissingAnswerSaysWhatToScript() {
        assertThat(failureOf("scriptsNothing")).hasMessage("""
                No answer is scripted for this request:
                  POST https://api.example.com/things
                Say what it gets, before it is delivered, for example:
                  http.answer(post("https://api.example.com/things"), json(Map.of("key", "value")));
                No answer is scripted at all.""");
        assertThat(failureOf("scriptsAnotherBody").getMessage()).endsWith("""
                Scripted are answers to:
                  POST https://api.example.com/things with json {"name":"b"}
                    but its json was {"name":"a"}
                  GET https://api.example.com/things""");
        assertThat(failureOf("scriptsNoEndOfARedirect").getMessage())
                .startsWith("No answer is scripted for this request:\n  GET https://api.example.com/end\n");
    }

    @Test
    void aForgottenDeliveryIsTold() {
        assertThat(failureOf("forgetsToDeliver")).hasMessage("""
                The test scripted what these requests get, but they were never sent, and no assertion names them:
                  GET https://api.example.com/things
                Call http.deliverAll() after the code under test, or assert that they are enqueued.""");
    }

    @Test
    void aTestThatFailsBecauseNothingWasDeliveredSaysSo() {
        assertThat(failureOf("expectsAnEffectWithoutDelivery"))
                .hasMessageContaining("the effect")
                .satisfies(failure -> assertThat(failure.getSuppressed())
                        .singleElement()
                        .satisfies(note -> assertThat(note).hasMessage("""
                                Perhaps this is why: these requests were enqueued, but their callbacks did not run:
                                  GET https://api.example.com/things
                                http.deliverAll() sends them and runs their callbacks.""")));
    }

    @Test
    void whatACallbackThrowsIsWhatTheTestFailsWith() {
        assertThat(failureOf("callbackThrows"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("boom");
    }

    @Test
    void anUnknownCallbackNamesThoseThatThereAre() {
        assertThat(failureOf("unknownCallback"))
                .hasMessage("callback must be registered, was \"nobody\", registered are ["
                        + RecordingCallback.class.getName() + "]");
        assertThat(failureOf("noCallbackAtAll"))
                .hasMessage("no callback is registered: give .callback(new MyCallback())");
    }

    @Test
    void testsThatAreInOrderPass() {
        assertThat(results.get("assertsWithoutDelivery()")).isEmpty();
        assertThat(results.get("deliversWhatItScripted()")).isEmpty();
    }

    /** Run by {@link #run} only: it has the name of no test. */
    static class Broken {

        private final RecordingCallback callback = new RecordingCallback();

        @RegisterExtension
        final TestPatientHttp http = new TestPatientHttp().callback(callback);

        private Request.Builder things() {
            return http.get(THINGS).callback(RecordingCallback.class);
        }

        private void enqueuePost() {
            http.post(THINGS)
                    .json(Map.of("name", "a"))
                    .callback(RecordingCallback.class)
                    .enqueue();
        }

        @Test
        void expectsAnotherBody() {
            enqueuePost();
            things().param("q", "100%").param("key", Secret.named("openai")).enqueue();

            assertThat(http).enqueued(post(THINGS).withJson(Map.of("name", "b")));
        }

        @Test
        void expectsWhatIsNeverEnqueued() {
            assertThat(http).enqueued(get(THINGS));
        }

        @Test
        void expectsNothing() {
            things().enqueue();

            assertThat(http).enqueuedNothing();
        }

        @Test
        void expectsNotThis() {
            things().enqueue();

            assertThat(http).notEnqueued(get("https://api.example.com/*"));
        }

        @Test
        void expectsItTwice() {
            things().enqueue();

            assertThat(http).enqueued(2, get(THINGS));
        }

        @Test
        void scriptsNothing() {
            enqueuePost();

            http.deliverAll();
        }

        @Test
        void scriptsAnotherBody() {
            http.answer(get(THINGS), text("ok"));
            http.answer(post(THINGS).withJson(Map.of("name", "b")), text("ok"));
            enqueuePost();

            http.deliverAll();
        }

        @Test
        void scriptsNoEndOfARedirect() {
            http.answer(get(THINGS), redirect(302, "/end?secret=1"));
            things().enqueue();

            http.deliverAll();
        }

        @Test
        void forgetsToDeliver() {
            http.answer(get(THINGS), text("ok"));

            things().enqueue();
        }

        @Test
        void expectsAnEffectWithoutDelivery() {
            things().enqueue();

            assertThat(callback.outcomes).as("the effect").hasSize(1);
        }

        @Test
        void callbackThrows() {
            http.answer(get(THINGS), text("ok"));
            callback.exceptions.add(new IllegalStateException("boom"));
            things().enqueue();

            http.deliverAll();
        }

        @Test
        void unknownCallback() {
            things().callback("nobody").enqueue();
        }

        @Test
        void noCallbackAtAll() {
            PatientHttpClient client = new TestPatientHttp();

            client.get(THINGS).callback(RecordingCallback.class).enqueue();
        }

        @Test
        void assertsWithoutDelivery() {
            http.answer(get(THINGS), text("ok"));

            things().enqueue();

            assertThat(http).enqueued(get(THINGS));
        }

        @Test
        void deliversWhatItScripted() {
            http.answer(get(THINGS), json(Map.of()));

            things().enqueue();

            http.deliverAll();
        }
    }

    /** Each test by its name, and what it failed with. */
    static Map<String, Optional<Throwable>> run(Class<?> tests) {
        var results = new HashMap<String, Optional<Throwable>>();
        var request = LauncherDiscoveryRequestBuilder.request()
                .selectors(selectClass(tests))
                .build();
        LauncherFactory.create().execute(request, new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                    results.put(test.getDisplayName(), result.getThrowable());
                }
            }
        });
        return results;
    }
}
