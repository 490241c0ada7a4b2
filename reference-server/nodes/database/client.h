// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <atomic>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>

#include "reference-server/nodes/database/database_node.h"
#include "reference-server/protocol/pg_wire.h"

namespace tenfold::nodes {

/// One client's session: start-up, simple and extended queries, pipelining, errors until Sync.
///
/// Messages are handled one after the other; a statement that runs holds up the rest of its session
/// and nobody else. What is answered is sent when it is due on the emulated hardware, not when the
/// real work is done.
///
/// client.cpp has the connection, extended_query.cpp what comes as Parse, Bind, Describe and
/// Execute, client_statement.cpp the way of a statement through token, cores and log.
class Client : public std::enable_shared_from_this<Client> {
public:
    Client(DatabaseNode& node, boost::asio::ip::tcp::socket socket);
    ~Client();

    void start();
    bool hasKey(std::int32_t number, std::int32_t secret) const;
    /// Ends the statement that runs or waits, as a CancelRequest asks for.
    void cancel();
    /// Stops the real work of a statement, if there is some.
    void interrupt();

private:
    using Nanos = measure::Nanos;
    struct Message {
        char type;
        std::string body;
        Nanos arrivedAt;
    };
    struct Prepared {
        std::string sql;
        SqlKind kind = SqlKind::empty;
        std::vector<std::int32_t> types;  // of parameters, as far as Parse named them
        int parameters = 0;
    };
    struct Portal {
        std::string sql;
        SqlKind kind = SqlKind::empty;
        std::vector<SqlRequest::Parameter> parameters;
        std::vector<std::int16_t> resultFormats;
        bool wantsDescription = false;
        bool isSimple = false;
        // Of an Execute: where rows beyond its limit are left.
        std::string name;
        int maxRows = 0;  // 0: all
        bool isRun = false;
        std::string rest;  // rows that nobody has asked for yet, and the completion
        std::size_t restFrom = 0;
    };
    struct Totals {  // since the last ReadyForQuery
        std::uint64_t statements = 0, vmSteps = 0, fullScanSteps = 0, rows = 0;
        Nanos lockNs = 0, databaseNs = 0;
    };
    struct Reply {
        Nanos due;
        std::string bytes;
    };

    // The connection: client.cpp.
    void read();
    bool takeStartup();
    void takeMessages();
    void beginSession(std::int32_t version, std::string_view parameters);
    void process();
    bool canGoOn() const;
    void resume();
    void handle(Message& m);
    void fail(std::string_view sqlState, std::string_view message);
    void fatal(std::string_view sqlState, std::string_view message);
    void readyForQuery();
    void sendAtDue(Nanos due);
    /// A long batch is sent in parts, not kept until its Sync.
    void sendWhenLong();
    void flushDue();
    bool writeNext();
    void wrote();
    void close();
    void closeSoon();
    Nanos halfLinkNs() const;

    // The extended query: extended_query.cpp.
    void handleParse(const Message& m);
    void handleBind(const Message& m);
    void handleDescribe(const Message& m);
    void answerDescribe();
    void handleExecute(const Message& m);
    void handleClose(const Message& m);
    void sendRows(const std::string& name, std::string answer, std::size_t from, int maxRows);
    std::string descriptionOf(const std::string& sql, SqlKind kind,
                              const std::vector<std::int16_t>& formats);

    // Statements: client_statement.cpp.
    void handleSimple(const Message& m);
    void nextSimple();
    void runStatement(Portal portal);
    void statementEnded();
    void statementFailed(std::string_view sqlState, std::string_view message);
    void runWithToken(Portal portal);
    void granted(Portal portal);
    void endLockWait(std::string_view sqlState, std::string_view message);
    void runOnCores(Portal portal, Nanos startAt, bool ownsToken);
    void finished(const Portal& portal, const SqlAnswer& answer, Nanos startAt, Nanos finishedAt,
                  bool ownsToken);
    bool isHandledHere(const Portal& portal);
    void forgetPrepared(std::string_view name);
    bool showSetting(std::string_view name, bool isDescribed);
    void startReplication(std::string_view argument);

    DatabaseNode& m_node;
    boost::asio::ip::tcp::socket m_socket;
    std::int32_t m_number = 0;  // with the secret: what a CancelRequest must know
    std::int32_t m_secret = 0;
    bool m_isStartup = true;
    bool m_isAdmitted = false;
    bool m_isClosed = false;
    bool m_closeAfterWrites = false;
    bool m_reports = false;               // the client asked for tenfold.cost
    bool m_isReplicationSession = false;  // of a replica's feed
    bool m_isReplicating = false;
    std::unique_ptr<SqliteSession> m_session;

    std::array<char, 16384> m_chunk{};
    std::string m_input;
    std::deque<Message> m_inbox;
    std::size_t m_inboxBytes = 0;
    bool m_isReading = false;
    bool m_isBusy = false;      // a statement runs, or waits for its turn
    bool m_isSkipping = false;  // after an error, until Sync
    char m_status = 'I';        // I idle, T in a transaction, E in a failed one
    bool m_isReadOnlyBlock = false;
    Nanos m_time = 0;                  // emulated time this session has reached
    std::deque<std::string> m_simple;  // statements of the simple query in progress
    bool m_isInSimple = false;
    // Statements that are done at once would otherwise call these from within themselves, as deep
    // as a batch is long.
    bool m_isProcessing = false;
    bool m_isNextingSimple = false;
    std::unordered_map<std::string, Prepared> m_statements;  // named and unnamed
    std::unordered_map<std::string, Portal> m_portals;
    // The portal of a Describe. Nearly always an Execute of it follows, and brings the description
    // along; whatever else follows has it answered first.
    std::optional<std::string> m_describing;
    Totals m_totals;

    bool m_isWaitingForToken = false;
    std::uint64_t m_lockWait = 0;  // number of the wait that a limit is for
    Nanos m_lockAskedAt = 0;
    std::atomic<bool> m_isCancelled{false};  // the statement in progress; read by its worker

    std::string m_out;            // being built
    std::deque<Reply> m_replies;  // built, not yet due or not yet written
    std::size_t m_unsentBytes = 0;
    Nanos m_flushAt = 0;  // when the next reply is due, if somebody will look then
    bool m_isWriting = false;
};

}  // namespace tenfold::nodes
