package io.patienthttp.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.context.annotation.Import;

/**
 * Gives a test with a Spring context, such as one with {@code @SpringBootTest}, a bean {@link TestPatientHttp} in place
 * of Patient HTTP. It has the application's beans of callbacks and preprocessors and its properties {@code
 * patient-http.*}, and begins each test anew. Nothing of Patient HTTP starts or needs its tables; there is no bean
 * {@link io.patienthttp.runtime.PatientHttp}. In a slice such as {@code @JdbcTest} that does not import the starter's
 * auto-configuration, the settings are the defaults.
 *
 * <p>What is enqueued in a transaction that rolls back is withdrawn. In a test that is itself transactional it is
 * there as soon as it is enqueued, since such a test never commits. If the application has one transaction manager,
 * callbacks run in a transaction where they would in production: what they throw rolls back what they did, and in a
 * transactional test all that the test did.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Documented
@Inherited
@Import(TestPatientHttpConfiguration.class)
@ExtendWith(SpringTestExtension.class)
public @interface AutoConfigureTestPatientHttp {}
