// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/supervisor/real/pgbouncer_config.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

namespace tenfold::supervisor::real {

using nlohmann::json;

PgBouncerConfig PgBouncerConfig::from(const json& peers, const scenario::Design& design) {
    PgBouncerConfig c;
    for (const auto& d : peers.value("databases", json::array())) {
        c.ports[d.at("name").get<std::string>()] = d.at("port").get<int>();
        c.isOursBehind = c.isOursBehind || !d.value("real", false);
    }
    c.poolSize = static_cast<int>(design.parameter("connection_pooler", "size", c.poolSize));
    c.waitLimitS = design.parameter("connection_pooler", "wait_limit_s", c.waitLimitS);
    return c;
}

std::string PgBouncerConfig::text(const std::string& folder, int port) const {
    std::string out = "[databases]\n";
    for (const auto& [name, databasePort] : ports)
        out += fmt::format("{} = host=127.0.0.1 port={} dbname=shop user=shop pool_size={}{}\n",
                           name, databasePort, poolSize,
                           // PgBouncer keeps the start-up option by which the API asks to itself.
                           isOursBehind ? " connect_query='SET tenfold.report = on'" : "");
    // Clients by loopback as the role shop, which may also look (SHOW POOLS); who looks after it
    // by the socket, which stands in a folder of its owner.
    out += fmt::format(
        "\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {0}\nlisten_backlog = 4096\n"
        "unix_socket_dir = {1}\nunix_socket_mode = 0700\nauth_type = hba\n"
        "auth_hba_file = {1}/hba.conf\nauth_file = {1}/users.txt\nadmin_users = tenfold\n"
        "stats_users = shop\npool_mode = transaction\nquery_wait_timeout = {2:g}\n"
        "max_client_conn = 10000\nignore_startup_parameters = options,extra_float_digits\n"
        "server_login_retry = 1\nlog_connections = 0\nlog_disconnections = 0\nlog_stats = 0\n",
        port, folder, waitLimitS);
    return out;
}

}  // namespace tenfold::supervisor::real
