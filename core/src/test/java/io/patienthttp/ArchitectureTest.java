package io.patienthttp;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Imports point one way, and nothing internal shows on the outside. */
@AnalyzeClasses(packages = "io.patienthttp", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    /** Top to bottom: a package may import those below it. */
    private static final List<String> LAYERS = List.of(
            "io.patienthttp.aws",
            "io.patienthttp.micrometer",
            "io.patienthttp.runtime",
            "io.patienthttp.internal.recover",
            "io.patienthttp.internal.traffic",
            "io.patienthttp.internal.deliver",
            "io.patienthttp.internal.claim",
            "io.patienthttp.internal.enqueue",
            "io.patienthttp.processor",
            "io.patienthttp.internal.http",
            "io.patienthttp.internal.observe",
            "io.patienthttp.internal.wire",
            "io.patienthttp.payload",
            "io.patienthttp.jdbc",
            "io.patienthttp.spi",
            "io.patienthttp");

    @ArchTest
    static final ArchRule importsPointDown = classes().should(new ArchCondition<>("import only packages below") {
        @Override
        public void check(JavaClass origin, ConditionEvents events) {
            var from = layer(origin);
            for (var dependency : origin.getDirectDependenciesFromSelf()) {
                var target = dependency.getTargetClass().getBaseComponentType();
                if (target.getPackageName().startsWith("io.patienthttp") && layer(target) < from) {
                    events.add(SimpleConditionEvent.violated(origin, dependency.getDescription()));
                }
            }
        }
    });

    @ArchTest
    static final ArchRule packagesHaveNoCycle =
            slices().matching("io.patienthttp.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule plugInsSeeNothingInternal = classes()
            .that()
            .resideInAnyPackage(
                    "io.patienthttp.jdbc", "io.patienthttp.payload", "io.patienthttp.aws", "io.patienthttp.micrometer")
            .should(new ArchCondition<>("not import internal packages") {
                @Override
                public void check(JavaClass origin, ConditionEvents events) {
                    for (var dependency : origin.getDirectDependenciesFromSelf()) {
                        if (isInternal(dependency.getTargetClass())) {
                            events.add(SimpleConditionEvent.violated(origin, dependency.getDescription()));
                        }
                    }
                }
            });

    @ArchTest
    static final ArchRule nothingElseNeedsTheAwsSdk = noClasses()
            .that()
            .resideOutsideOfPackage("io.patienthttp.aws")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("software.amazon..");

    @ArchTest
    static final ArchRule nothingElseNeedsMicrometer = noClasses()
            .that()
            .resideOutsideOfPackage("io.patienthttp.micrometer")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.micrometer..");

    @ArchTest
    static final ArchRule exportedSignaturesNameNoInternalType = classes()
            .that()
            .arePublic()
            .and()
            .resideOutsideOfPackage("io.patienthttp.internal..")
            .should(new ArchCondition<>("name no internal type in a public or protected signature") {
                @Override
                public void check(JavaClass origin, ConditionEvents events) {
                    for (var member : origin.getCodeUnits()) {
                        if (isExported(member.getModifiers())) {
                            Stream.concat(member.getRawParameterTypes().stream(), Stream.of(member.getRawReturnType()))
                                    .filter(ArchitectureTest::isInternal)
                                    .forEach(type -> events.add(SimpleConditionEvent.violated(
                                            origin, member.getFullName() + " names " + type.getName())));
                        }
                    }
                    origin.getFields().stream()
                            .filter(field -> isExported(field.getModifiers()) && isInternal(field.getRawType()))
                            .forEach(field -> events.add(
                                    SimpleConditionEvent.violated(origin, field.getFullName() + " is internal")));
                }
            });

    private static int layer(JavaClass type) {
        var index = LAYERS.indexOf(type.getPackageName());
        if (index < 0) {
            throw new AssertionError(type.getPackageName() + " is not a known package: " + LAYERS);
        }
        return index;
    }

    private static boolean isInternal(JavaClass type) {
        return type.getBaseComponentType().getPackageName().startsWith("io.patienthttp.internal");
    }

    private static boolean isExported(Set<JavaModifier> modifiers) {
        return modifiers.contains(JavaModifier.PUBLIC) || modifiers.contains(JavaModifier.PROTECTED);
    }
}
