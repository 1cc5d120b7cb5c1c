package io.patienthttp.model;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;

/**
 * Threads of which exactly one runs at a time: the one that drives. To suspend what it is doing, it lets another one
 * drive and waits; to resume what was suspended, the driver hands over to the thread that waits with that stack and ends.
 * So nothing is handed over unless something is suspended. Used by one simulation after the other.
 */
final class Stacks implements AutoCloseable {

    private final Deque<Stack> idle = new ArrayDeque<>();
    private final List<Stack> all = new ArrayList<>();
    private final String name;

    Stacks(String name) {
        this.name = name;
    }

    /** Drives until it is over; a drive that ends without that has handed over. */
    interface Drive {

        /** True when all is over. */
        boolean drive();
    }

    /** Runs the drive, on whatever thread it goes on, and returns when it is over. */
    void run(Drive drive) {
        var ending = new Ending(Thread.currentThread());
        next().begin(drive, ending);
        while (!ending.over) {
            LockSupport.park(this);
        }
        if (ending.failure != null) {
            throw new IllegalStateException("the simulation itself failed", ending.failure);
        }
    }

    /** Suspends the current stack, and lets another one drive; returns when it is resumed. */
    void suspend() {
        var current = (Stack) Thread.currentThread();
        current.suspended = true;
        next().begin(current.drive, current.ending);
        current.awaitResume();
    }

    /** Resumes the stack; the current drive must end at once. */
    void resume(Stack stack) {
        idle.push(current());
        stack.wakeUp();
    }

    Stack current() {
        return (Stack) Thread.currentThread();
    }

    private Stack next() {
        var stack = idle.poll();
        if (stack == null) {
            stack = new Stack(name + "-" + all.size());
            all.add(stack);
            stack.start();
        }
        return stack;
    }

    @Override
    public void close() {
        all.forEach(Stack::end);
    }

    private static final class Ending {

        private final Thread waiting;
        private @Nullable Throwable failure;
        private volatile boolean over;

        Ending(Thread waiting) {
            this.waiting = waiting;
        }
    }

    /** A thread, and what it is in the middle of. */
    final class Stack extends Thread {

        private Drive drive;
        private Ending ending;
        private volatile boolean driving;
        private volatile boolean suspended;
        private volatile boolean ended;

        private Stack(String name) {
            super(name);
            setDaemon(true);
        }

        private void begin(Drive next, Ending end) {
            drive = next;
            ending = end;
            driving = true;
            LockSupport.unpark(this);
        }

        private void end() {
            ended = true;
            LockSupport.unpark(this);
        }

        private void wakeUp() {
            suspended = false;
            LockSupport.unpark(this);
        }

        private void awaitResume() {
            while (suspended) {
                LockSupport.park(this);
            }
        }

        @Override
        public void run() {
            while (true) {
                while (!driving && !ended) {
                    LockSupport.park(this);
                }
                if (ended) {
                    return;
                }
                driving = false;
                goOn();
            }
        }

        private void goOn() {
            var end = ending;
            boolean over = true;
            try {
                over = drive.drive();
            } catch (Throwable e) {
                end.failure = e;
            }
            if (over) {
                idle.push(this);
                end.over = true;
                LockSupport.unpark(end.waiting);
            }
        }
    }
}
