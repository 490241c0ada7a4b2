// SPDX-License-Identifier: GPL-3.0-or-later
// bare_server DATASET: cpp-httplib and SQLite in one process, nothing of Tenfold's between: what
// the hops are held against. GET /empty, and GET /product/ID as one statement by key. Prints its
// port and serves until its standard input ends.
#include <httplib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <iostream>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>

#include "reference-server/data/sqlite_handle.h"
#include "reference-server/data/statements.h"

namespace {

namespace data = tenfold::data;

std::string column(sqlite3_stmt* s, int i) {
    return reinterpret_cast<const char*>(::sqlite3_column_text(s, i));
}

/// As the API answers it, from a connection of this thread's own.
std::string productJson(const std::string& file, std::int64_t id) {
    thread_local auto db = data::openSqlite(file, SQLITE_OPEN_READONLY);
    thread_local auto s = data::prepare(db.get(), std::string(data::sql::kProduct));
    ::sqlite3_reset(s.get());
    ::sqlite3_bind_int64(s.get(), 1, id);
    if (::sqlite3_step(s.get()) != SQLITE_ROW) return "{}";
    return nlohmann::json{{"id", ::sqlite3_column_int64(s.get(), 0)},
                          {"name", column(s.get(), 1)},
                          {"description", column(s.get(), 2)},
                          {"price_cents", ::sqlite3_column_int64(s.get(), 3)},
                          {"stock", ::sqlite3_column_int64(s.get(), 4)},
                          {"version", ::sqlite3_column_int64(s.get(), 5)}}
        .dump();
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) {
        std::cerr << "bare_server DATASET\n";
        return 2;
    }
    const std::string file = argv[1];
    httplib::Server server;
    server.set_tcp_nodelay(true);
    server.set_keep_alive_max_count(1'000'000'000);
    server.Get("/empty", [](const httplib::Request&, httplib::Response& r) {
        r.set_content("ok\n", "text/plain");
    });
    server.Get(R"(/product/(\d+))", [&](const httplib::Request& q, httplib::Response& r) {
        r.set_content(productJson(file, std::stoll(q.matches[1])), "application/json");
    });
    const int port = server.bind_to_any_port("127.0.0.1");
    std::cout << nlohmann::json{{"port", port}} << std::endl;
    std::thread serving([&] { server.listen_after_bind(); });
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) > 0) {
    }
    server.stop();
    serving.join();
    return 0;
}
