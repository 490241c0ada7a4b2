// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <httplib.h>

namespace tenfold::nodes {

/// cpp-httplib's server with connections that cost nothing while they are kept. The library (0.11
/// to 0.14) looks at each idle connection every 10 ms and then sleeps 1 ms: with 320 of them that
/// is half a core, and up to 1 ms more for a request. It also asks poll() before every read and
/// write, and sends headers and body apart. Here a thread sleeps in one poll() until its connection
/// speaks or the server ends, and an answer leaves in one piece.
///
/// Still a thread a connection. Time-outs of reads and writes are the library's (it sets them on
/// the socket). Threads: as httplib::Server; end() from any thread, once.
class KeptServer : public httplib::Server {
public:
    KeptServer();
    ~KeptServer() override;

    /// Stops listening and wakes every thread that waits for its connection.
    void end();

private:
    bool process_and_close_socket(socket_t sock) override;

    int m_endFd;  // an eventfd, readable for ever after end()
};

}  // namespace tenfold::nodes
