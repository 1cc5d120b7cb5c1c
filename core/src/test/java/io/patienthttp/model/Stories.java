package io.patienthttp.model;

import io.patienthttp.Failure;
import io.patienthttp.Method;
import io.patienthttp.Request;
import io.patienthttp.internal.wire.OutcomeCodec;
import io.patienthttp.internal.wire.RequestCodec;
import io.patienthttp.model.Node.Config;
import io.patienthttp.model.Node.Outcomes;
import io.patienthttp.spi.RequestStore.NewRequest;
import io.patienthttp.spi.RequestStore.Value;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/** The requests of a run. */
final class Stories {

    static final Outcomes OUTCOMES = outcomes();

    private static final String STORED =
            new RequestCodec().write(Request.builder(Method.GET, "http://slow/").build());

    private Stories() {}

    static List<Story> of(Chance chance, Config config, Aim aim) {
        int unprepared = aim == Aim.SLOW_RECORD ? 1 : chance.oneOf(1, 10, 10, 10);
        var plain = !config.transactional() || aim == Aim.SLOW_RUN || chance.oneIn(5);
        var stories = new ArrayList<Story>();
        for (int i = 1 + chance.below(4); i > 0; i--) {
            var story = story(chance, stories.size() + 1, plain, config);
            story.unpreparedTimes = chance.oneIn(unprepared) ? chance.oneOf(1, 1, 2, 12) : 0;
            stories.add(story);
        }
        return stories;
    }

    private static Story story(Chance chance, int number, boolean plain, Config config) {
        var unreadable = chance.oneIn(25);
        var story = new Story(new NewRequest(
                new UUID(0, number),
                chance.below(4),
                Duration.ofSeconds(chance.oneOf(0, 0, 0, 10)),
                chance.flip() ? "narrow" : "wide",
                plain ? "plain" : "transactional",
                "GET",
                "slow",
                1,
                null,
                Value.of(unreadable ? "?" : STORED)));
        story.unreadable = unreadable;
        story.poison = !unreadable && chance.oneIn(10);
        story.refused = chance.oneIn(12);
        story.failingCalls = chance.oneIn(3) ? 1 + chance.below(2 * config.maxAttempts()) : 0;
        return story;
    }

    private static Outcomes outcomes() {
        var codec = new OutcomeCodec();
        return new Outcomes(
                codec.writeRejected(Failure.Kind.CANCELLED, "cancelled", true),
                codec.writeRejected(Failure.Kind.RECOVERY_EXHAUSTED, "given up", true));
    }
}
