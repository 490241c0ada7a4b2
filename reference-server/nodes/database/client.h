// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <boost/asio/ip/tcp.hpp>
#include <deque>
#include <memory>
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
class Client : public std::enable_shared_from_this<Client> {
public:
    Client(DatabaseNode& node, boost::asio::ip::tcp::socket socket, bool isRefused);
    ~Client();

    void start();

private:
    using Nanos = measure::Nanos;
    struct Message {
        char type;
        std::string body;
        Nanos arrivedAt;
    };
    struct Portal {
        std::string sql;
        SqlKind kind = SqlKind::empty;
        std::vector<SqlRequest::Parameter> parameters;
        std::vector<std::int16_t> resultFormats;
        bool wantsDescription = false;
    };
    struct Totals {  // since the last ReadyForQuery
        std::uint64_t statements = 0, vmSteps = 0, fullScanSteps = 0, rows = 0;
        Nanos lockNs = 0, databaseNs = 0;
    };
    struct Reply {
        Nanos due;
        std::string bytes;
    };

    void read();
    bool takeStartup();
    void takeMessages();
    void beginSession(std::string_view body);
    void process();
    void handle(Message& m);
    void handleParse(const Message& m);
    void handleBind(const Message& m);
    void handleDescribe(const Message& m);
    void handleExecute(const Message& m);
    void handleClose(const Message& m);
    void handleSimple(const Message& m);
    void nextSimple();
    void runStatement(Portal portal);
    void runWithToken(Portal portal, Nanos askedAt);
    void runOnCores(Portal portal, Nanos startAt, bool ownsToken);
    void finished(const Portal& portal, const SqlAnswer& answer, Nanos startAt, Nanos finishedAt,
                  bool ownsToken);
    bool isHandledHere(const Portal& portal);
    void showSetting(std::string_view name);
    void startReplication(std::string_view argument);
    void fail(std::string_view sqlState, std::string_view message);
    void fatal(std::string_view sqlState, std::string_view message);
    void readyForQuery();
    void sendAtDue(Nanos due);
    void flushDue();
    void writeNext();
    void close();
    Nanos halfLinkNs() const;

    DatabaseNode& m_node;
    boost::asio::ip::tcp::socket m_socket;
    bool m_isRefused;
    bool m_isStartup = true;
    bool m_isClosed = false;
    bool m_closeAfterWrites = false;
    bool m_reports = false;  // the client asked for tenfold.cost
    bool m_isReplicating = false;
    std::unique_ptr<SqliteSession> m_session;

    std::array<char, 16384> m_chunk{};
    std::string m_input;
    std::deque<Message> m_inbox;
    std::size_t m_inboxBytes = 0;
    bool m_isReading = false;
    bool m_isBusy = false;      // a statement runs
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
    std::unordered_map<std::string, std::string> m_statements;  // named and unnamed
    std::unordered_map<std::string, Portal> m_portals;
    Totals m_totals;

    std::string m_out;            // being built
    std::deque<Reply> m_replies;  // built, not yet due or not yet written
    bool m_isWriting = false;
};

}  // namespace tenfold::nodes
