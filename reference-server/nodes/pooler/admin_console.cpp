// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/pooler/admin_console.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <vector>

#include "reference-server/nodes/pooler/pooler_node.h"

namespace tenfold::nodes::pooler {

using namespace protocol;  // NOLINT: its names all begin with Pg

namespace {

using Row = std::vector<std::string>;

std::string table(const Row& columns, const std::vector<Row>& rows) {
    std::string out;
    PgWriter w(out);
    w.begin('T').int16(static_cast<std::int16_t>(columns.size()));
    for (const auto& c : columns)
        w.cstring(c).int32(0).int16(0).int32(kPgText).int16(-1).int32(-1).int16(0);
    w.end();
    for (const auto& row : rows) {
        w.begin('D').int16(static_cast<std::int16_t>(row.size()));
        for (const auto& cell : row) w.int32(static_cast<std::int32_t>(cell.size())).bytes(cell);
        w.end();
    }
    w.commandComplete("SHOW");
    w.readyForQuery('I');
    return out;
}

std::string showPools(PoolerNode& node) {
    std::vector<Row> rows;
    for (const auto& [name, pool] : node.pools()) {
        const auto s = pool->standing();
        rows.push_back({name, pool->settings().user, std::to_string(s.active),
                        std::to_string(s.waiting), std::to_string(s.active), std::to_string(s.idle),
                        "0", "0", std::to_string(s.opening), fmt::format("{:.0f}", s.longestWaitS),
                        "transaction"});
    }
    return table({"database", "user", "cl_active", "cl_waiting", "sv_active", "sv_idle", "sv_used",
                  "sv_tested", "sv_login", "maxwait", "pool_mode"},
                 rows);
}

/// Lower case, without ';' and blanks at the end, one blank between words.
std::string normalised(std::string_view sql) {
    std::string out;
    for (const char c : sql) {
        if (c == ';') break;
        if (std::isspace(static_cast<unsigned char>(c))) {
            if (!out.empty() && out.back() != ' ') out += ' ';
        } else {
            out += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        }
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
}

}  // namespace

std::string adminWelcome() {
    std::string out;
    PgWriter w(out);
    w.authenticationOk();
    w.parameterStatus("server_version", "1.18.0/tenfold");
    w.parameterStatus("client_encoding", "UTF8");
    w.parameterStatus("standard_conforming_strings", "on");
    w.readyForQuery('I');
    return out;
}

std::string adminAnswer(const PgMessage& message, PoolerNode& node) {
    if (message.type == 'Q') {
        const auto command = normalised(PgReader(message.body).cstring());
        if (command == "show pools") return showPools(node);
        if (command == "show version") return table({"version"}, {{"tenfold pooler"}});
    } else if (message.type != 'S') {
        // Of an extended query only Sync is answered, with the one error.
        return {};
    }
    std::string out;
    PgWriter w(out);
    w.error("ERROR", "42601", "this console knows SHOW POOLS and SHOW VERSION");
    w.readyForQuery('I');
    return out;
}

}  // namespace tenfold::nodes::pooler
