package io.patienthttp.model;

/**
 * What a run is about: whom it likes to keep in the middle of something, and what others like to do meanwhile. Chance
 * alone rarely makes two things meet; it still decides when, in which order and what else happens.
 */
enum Aim {
    /** Nothing: all is left to chance. */
    ANYTHING("", false) {
        @Override
        void meanwhile(Turns turns, Node held) {}
    },

    /** A claim that goes on after the lease of its process. */
    FROZEN_CLAIM("claim", true) {
        @Override
        boolean isAt(Actor who) {
            return super.isAt(who) && who.node.simulation.database.isLocking(who.node);
        }

        @Override
        void meanwhile(Turns turns, Node held) {
            if (held.lease.isValid(held.lease.owner())) {
                turns.pass();
                return;
            }
            var other = turns.another(held);
            if (other.maintenance.busy && turns.chance.flip()) {
                turns.thaw(held);
                return;
            }
            switch (turns.chance.below(5)) {
                case 0 -> turns.thaw(held);
                default -> turns.maintain(other, Duties.RECLAIM);
            }
        }
    },

    /** A reconcile while a claim is on its way. */
    SLOW_CLAIM("claim", false) {
        @Override
        void meanwhile(Turns turns, Node held) {
            turns.maintain(held, Duties.RECONCILE);
        }
    },

    /** A record that is repeated, because its answer was lost, when its request is claimed again. */
    SLOW_RECORD("record", false) {
        @Override
        boolean isAt(Actor who) {
            return super.isAt(who) && who.node.triesAgain;
        }

        @Override
        void meanwhile(Turns turns, Node held) {
            switch (turns.chance.below(4)) {
                case 0 -> turns.pass();
                case 1 -> turns.claim(held);
                default -> turns.exchange(held);
            }
        }
    },

    /** A run of a callback that goes on when its process was taken for dead and its request is in another epoch. */
    FROZEN_RUN("deliver", true) {
        @Override
        boolean isAt(Actor who) {
            return super.isAt(who) && who.node.queue.hasPicked();
        }

        @Override
        void meanwhile(Turns turns, Node held) {
            if (held.lease.isValid(held.lease.owner())) {
                turns.pass();
                return;
            }
            var other = turns.another(held);
            if (turns.operateOnDead() ? turns.chance.flip() : turns.chance.oneIn(12)) {
                turns.thaw(held);
            } else if (other.queue.hasDue() && turns.chance.flip()) {
                turns.deliver(other);
            } else {
                turns.maintain(other, Duties.RECLAIM);
            }
        }
    },

    /** A callback that runs while its process stops. */
    SLOW_RUN("deliver", false) {
        @Override
        void meanwhile(Turns turns, Node held) {
            switch (turns.chance.below(4)) {
                case 0 -> turns.stop(held);
                default -> turns.deliver(turns.another(held));
            }
        }
    };

    private final String duty;

    /** Whether its whole process is kept. */
    final boolean freezes;

    Aim(String duty, boolean freezes) {
        this.duty = duty;
        this.freezes = freezes;
    }

    static Aim any(Chance chance) {
        var all = values();
        return chance.flip() ? ANYTHING : all[chance.below(all.length)];
    }

    boolean isAt(Actor who) {
        return who.node != null && who.busy && who.duty.equals(duty);
    }

    /** Something that makes it worse for who is kept. */
    abstract void meanwhile(Turns turns, Node held);
}
