package io.patienthttp.test;

import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.TestExecutionExceptionHandler;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/** What {@link TestPatientHttp} does as an extension, for the one that is a bean. */
final class SpringTestExtension implements AfterEachCallback, TestExecutionExceptionHandler {

    /** Made by JUnit. */
    SpringTestExtension() {}

    @Override
    public void handleTestExecutionException(ExtensionContext context, Throwable thrown) throws Throwable {
        http(context).handleTestExecutionException(context, thrown);
    }

    @Override
    public void afterEach(ExtensionContext context) {
        var http = http(context);
        http.notInline();
        http.afterEach(context);
    }

    private static TestPatientHttp http(ExtensionContext context) {
        return SpringExtension.getApplicationContext(context).getBean(TestPatientHttp.class);
    }
}
