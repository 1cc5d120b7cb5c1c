package io.patienthttp.jdbc;

import io.patienthttp.Backlog;
import io.patienthttp.RequestState;
import io.patienthttp.RequestStatus;
import io.patienthttp.StorageException;
import io.patienthttp.spi.CallbackJob;
import io.patienthttp.spi.RequestRef;
import io.patienthttp.spi.RequestStore;
import io.patienthttp.spi.Transaction;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The request store on PostgreSQL 13 and later or H2 2.x. Rows are locked in the order: processes row, request rows by
 * id, rows of the job engine. Safe for all threads.
 */
public final class JdbcRequestStore implements RequestStore {

    private final JdbcTransactions transactions;
    private final Tables tables;
    private final String cancelledOutcome;
    private final RequestRows requests;
    private final ProcessRows processes;
    private final OutcomeRows outcomes;
    private final BacklogRows backlog;

    /**
     * A store on the tables of that prefix.
     *
     * @param tablePrefix of the table names, with an optional schema and a dot before
     * @param cancelledOutcome what is stored as the outcome of a cancelled request
     * @param cancelledUnsentOutcome the same for one that was never claimed
     * @param exhaustedOutcome what is stored as the outcome of a request that processes died with too often
     */
    public JdbcRequestStore(
            JdbcTransactions transactions,
            String tablePrefix,
            String cancelledOutcome,
            String cancelledUnsentOutcome,
            String exhaustedOutcome) {
        this.transactions = transactions;
        this.tables = new Tables(tablePrefix, transactions.dialect());
        this.cancelledOutcome = cancelledOutcome;
        this.requests = new RequestRows(tables, cancelledOutcome, cancelledUnsentOutcome);
        this.processes = new ProcessRows(tables, cancelledOutcome, exhaustedOutcome);
        this.outcomes = new OutcomeRows(tables);
        this.backlog = new BacklogRows(tables);
    }

    @Override
    public void insert(Transaction transaction, List<NewRequest> rows) {
        in(transaction, "store " + rows.size() + " requests", c -> requests.insert(c, rows));
    }

    @Override
    public List<ClaimedRequest> claim(ClaimOrder order) {
        return transactions.inTransaction(
                tx -> in(tx, "claim", c -> transactions.dialect().claim(c, tables, order)));
    }

    @Override
    public boolean hasDue() {
        return transactions.autocommit("look for due requests", requests::hasDue);
    }

    @Override
    public List<Recorded> complete(Transaction transaction, UUID owner, Collection<Completion> completions) {
        var ordered = completions.stream()
                .sorted(Comparator.comparing(Completion::ref))
                .toList();
        return in(transaction, "record " + ordered.size() + " outcomes", c -> transactions
                .dialect()
                .complete(c, tables, owner, ordered, cancelledOutcome));
    }

    @Override
    public List<CallbackJob> release(Transaction transaction, UUID owner, Collection<RequestRef> refs, Duration delay) {
        return in(transaction, "release " + refs.size() + " requests", c -> requests.release(c, owner, refs, delay));
    }

    @Override
    public List<CallbackJob> releaseAll(Transaction transaction, UUID owner) {
        return in(transaction, "release the requests of process " + owner, c -> requests.releaseAll(c, owner));
    }

    @Override
    public List<RequestRef> ownedBy(UUID owner) {
        return transactions.autocommit("read the requests of process " + owner, c -> requests.ownedBy(c, owner));
    }

    @Override
    public List<RequestRef> cancelRequested(UUID owner) {
        return transactions.autocommit(
                "read the cancellations of process " + owner, c -> requests.cancelRequested(c, owner));
    }

    @Override
    public Cancellation cancel(Transaction transaction, UUID id) {
        return in(transaction, "cancel request " + id, c -> requests.cancel(c, id));
    }

    @Override
    public void register(ProcessRow process) {
        transactions.autocommit("register process " + process.id(), c -> processes.register(c, process));
    }

    @Override
    public boolean beat(UUID process, Duration heartbeat, int inFlight) {
        return transactions.autocommit(
                "renew the lease of process " + process, c -> processes.beat(c, process, heartbeat, inFlight));
    }

    @Override
    public void deregister(UUID process) {
        transactions.autocommit("remove process " + process, c -> processes.deregister(c, process));
    }

    @Override
    public Optional<Reclaimed> reclaimExpired(
            Transaction transaction, UUID self, Duration heartbeat, int maxRecoveries) {
        return in(
                transaction,
                "reclaim the requests of an expired process",
                c -> processes.reclaimExpired(c, self, heartbeat, maxRecoveries));
    }

    @Override
    public Reclaimed reclaimUnowned(Transaction transaction, int maxRecoveries) {
        return in(transaction, "reclaim requests without a process", c -> processes.reclaimUnowned(c, maxRecoveries));
    }

    @Override
    public List<ProcessRow> processes() {
        return transactions.autocommit("read the processes", processes::all);
    }

    @Override
    public Map<UUID, StoredOutcome> outcomes(Collection<UUID> ids) {
        return transactions.autocommit("read " + ids.size() + " outcomes", c -> outcomes.outcomes(c, ids));
    }

    @Override
    public Optional<byte[]> outcomeText(UUID id) {
        return transactions.autocommit("read the outcome of request " + id, c -> outcomes.outcomeText(c, id));
    }

    @Override
    public Optional<StoredOutcome> lockOutcome(Transaction transaction, UUID id) {
        return in(transaction, "lock request " + id, c -> outcomes.lockOutcome(c, id));
    }

    @Override
    public Optional<StoredRequest> request(UUID id) {
        return transactions.autocommit("read request " + id, c -> outcomes.request(c, id));
    }

    @Override
    public int remove(Transaction transaction, Collection<RequestRef> refs) {
        return in(transaction, "remove " + refs.size() + " requests", c -> outcomes.remove(c, refs));
    }

    @Override
    public boolean deadLetter(Transaction transaction, RequestRef ref, String lastError) {
        return in(transaction, "dead-letter request " + ref, c -> outcomes.deadLetter(c, ref, lastError));
    }

    @Override
    public List<CompletedRow> completedBefore(Duration age, @Nullable CompletedRow after, int limit) {
        return transactions.autocommit("read completed requests", c -> outcomes.completedBefore(c, age, after, limit));
    }

    @Override
    public Optional<CallbackJob> renew(Transaction transaction, RequestRef ref) {
        return in(transaction, "renew request " + ref, c -> outcomes.renew(c, ref));
    }

    @Override
    public Set<String> references(Collection<UUID> ids) {
        return transactions.autocommit(
                "read the references of " + ids.size() + " requests", c -> outcomes.references(c, ids));
    }

    @Override
    public UUID installation() {
        return transactions.autocommit("read the id of the installation", outcomes::installation);
    }

    @Override
    public Optional<RequestStatus> find(UUID id) {
        return transactions.autocommit("find request " + id, c -> outcomes.find(c, id));
    }

    @Override
    public Map<RequestState, Long> counts() {
        return transactions.autocommit("count the requests", outcomes::counts);
    }

    @Override
    public Backlog backlog() {
        return transactions.autocommit("read the backlog", backlog::read);
    }

    @Override
    public Optional<CallbackJob> deliverAgain(Transaction transaction, UUID id) {
        return in(transaction, "deliver request " + id + " again", c -> outcomes.deliverAgain(c, id));
    }

    @Override
    public boolean sendAgain(UUID id) {
        return transactions.autocommit("send request " + id + " again", c -> outcomes.sendAgain(c, id));
    }

    @Override
    public int deleteDead(Duration age, int limit) {
        return transactions.autocommit("delete old dead requests", c -> outcomes.deleteDead(c, age, limit));
    }

    @Override
    public boolean deleteDead(UUID id) {
        return transactions.autocommit("delete request " + id, c -> outcomes.deleteDead(c, id));
    }

    private static <T> T in(Transaction transaction, String tried, Sql.Action<T> action) {
        try {
            return action.run(transaction.connection());
        } catch (SQLException e) {
            throw StorageException.of(tried, e);
        }
    }
}
