package io.patienthttp.model;

import io.patienthttp.model.Node.Outcomes;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.CallbackRun;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.Transaction;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/** Mistakes that the model must find, each a variant of what the production code stands on. */
enum Bug {
    /** As it should be. */
    NONE,

    DROPPED_EPOCH_CHECK {
        @Override
        MemoryStore store(MemoryTransactions transactions, Outcomes outcomes) {
            return new MemoryStore(
                    transactions, outcomes.cancelled(), outcomes.cancelledUnsent(), outcomes.exhausted()) {
                @Override
                boolean isHeld(RequestRow row, UUID owner, RequestRef ref) {
                    return row.isInFlight(owner) && row.request.id().equals(ref.id());
                }
            };
        }
    },

    RECLAIM_WITHOUT_LEASE_CHECK {
        @Override
        MemoryStore store(MemoryTransactions transactions, Outcomes outcomes) {
            return new MemoryStore(
                    transactions, outcomes.cancelled(), outcomes.cancelledUnsent(), outcomes.exhausted()) {
                @Override
                boolean isExpired(ProcessRecord process, UUID self) {
                    return !process.id().equals(self);
                }
            };
        }
    },

    COMPLETE_AND_ENQUEUE_APART {
        @Override
        MemoryQueue queue(MemoryTransactions transactions, String name) {
            return new MemoryQueue(transactions, name) {
                @Override
                public void enqueue(Transaction transaction, Collection<CallbackJob> jobs) {
                    transaction.afterCommit(() -> inOneOfItsOwn(jobs));
                }
            };
        }
    },

    JOB_BEFORE_THE_COMMIT {
        @Override
        MemoryQueue queue(MemoryTransactions transactions, String name) {
            return new MemoryQueue(transactions, name) {
                @Override
                public void enqueue(Transaction transaction, Collection<CallbackJob> jobs) {
                    inOneOfItsOwn(jobs);
                }
            };
        }
    },

    NO_SUSPECTS {
        @Override
        MemoryStore store(MemoryTransactions transactions, Outcomes outcomes) {
            return new MemoryStore(
                    transactions, outcomes.cancelled(), outcomes.cancelledUnsent(), outcomes.exhausted()) {
                @Override
                public List<ClaimedRequest> claim(ClaimOrder order) {
                    var nobody = new Suspects(Integer.MAX_VALUE, 0, 0, 0);
                    return super.claim(new ClaimOrder(order.owner(), order.limit(), order.rooms(), nobody));
                }
            };
        }
    },

    RECONCILE_DURING_A_CLAIM {
        @Override
        Lock reconcilersLock(Simulation simulation, Lock claiming) {
            return new TurnLock(simulation);
        }
    },

    RECLAIM_IN_ONE_STATEMENT {
        @Override
        MemoryStore store(MemoryTransactions transactions, Outcomes outcomes) {
            return new MemoryStore(
                    transactions, outcomes.cancelled(), outcomes.cancelledUnsent(), outcomes.exhausted()) {
                @Override
                List<Cell<UUID, RequestRow>> rowsOf(
                        Transaction transaction, UUID dead, List<Cell<UUID, RequestRow>> chosenBefore) {
                    return chosenBefore.stream()
                            .filter(cell -> cell.committed != null && cell.committed.isInFlight(dead))
                            .toList();
                }
            };
        }
    },

    CLAIM_WITHOUT_THE_OWN_LOCK {
        @Override
        MemoryStore store(MemoryTransactions transactions, Outcomes outcomes) {
            return new MemoryStore(
                    transactions, outcomes.cancelled(), outcomes.cancelledUnsent(), outcomes.exhausted()) {
                @Override
                boolean mayClaim(MemoryTransaction tx, UUID owner) {
                    return !database.processes
                            .select(tx, process -> isAlive(process, owner))
                            .isEmpty();
                }
            };
        }
    },

    DELIVER_IGNORING_THE_EPOCH {
        @Override
        MemoryQueue queue(MemoryTransactions transactions, String name) {
            return new MemoryQueue(transactions, name) {
                @Override
                CallbackRun run(CallbackRun run) {
                    var row = database.requests.committed(run.ref().id());
                    return row == null ? run : new CallbackRun(row.ref(), run.failures(), run.version());
                }
            };
        }
    },

    CANCEL_FLAG_READ_BEFORE_THE_UPDATE {
        @Override
        MemoryStore store(MemoryTransactions transactions, Outcomes outcomes) {
            return new MemoryStore(
                    transactions, outcomes.cancelled(), outcomes.cancelledUnsent(), outcomes.exhausted()) {
                @Override
                @Nullable
                Boolean cancelledBefore(MemoryTransaction tx, RequestRef ref) {
                    var row = database.requests.committed(ref.id());
                    database.statement(tx);
                    return row != null && row.cancelRequested;
                }
            };
        }
    },

    SEND_AGAIN_KEEPS_THE_EPOCH {
        @Override
        MemoryStore store(MemoryTransactions transactions, Outcomes outcomes) {
            return new MemoryStore(
                    transactions, outcomes.cancelled(), outcomes.cancelledUnsent(), outcomes.exhausted()) {
                @Override
                RequestRow asIfNew(RequestRow row) {
                    var next = super.asIfNew(row);
                    next.epoch = row.epoch;
                    return next;
                }
            };
        }
    },

    SHUTDOWN_FREES_RUNNING_CALLBACKS {
        @Override
        MemoryStore store(MemoryTransactions transactions, Outcomes outcomes) {
            return new MemoryStore(
                    transactions, outcomes.cancelled(), outcomes.cancelledUnsent(), outcomes.exhausted()) {
                @Override
                public List<CallbackJob> releaseAll(Transaction transaction, UUID owner) {
                    database
                            .processes
                            .committed()
                            .filter(process -> process.id().equals(owner))
                            .toList()
                            .stream()
                            .map(process -> process.row().engineName())
                            .forEach(engine -> database.jobs.update(
                                    statement(transaction),
                                    job -> job.pickedBy().equals(engine),
                                    job -> job.free(job.due(), job.failures() + 1)));
                    return super.releaseAll(transaction, owner);
                }
            };
        }
    };

    MemoryStore store(MemoryTransactions transactions, Outcomes outcomes) {
        return new MemoryStore(transactions, outcomes.cancelled(), outcomes.cancelledUnsent(), outcomes.exhausted());
    }

    MemoryQueue queue(MemoryTransactions transactions, String name) {
        return new MemoryQueue(transactions, name);
    }

    Lock reconcilersLock(Simulation simulation, Lock claiming) {
        return claiming;
    }
}
