// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/nodes/instance/kept_server.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <vector>

namespace tenfold::nodes {

namespace {

constexpr std::size_t kReadBytes = 16 << 10;
constexpr std::size_t kHeldBytes = 64 << 10;  // an answer up to this long leaves in one piece

/// One connection, read and written in large pieces.
class KeptStream : public httplib::Stream {
public:
    explicit KeptStream(socket_t sock) : m_socket(sock), m_input(kReadBytes) {}

    bool hasInput() const { return m_next < m_end; }
    /// Sends what is held; false when the connection broke.
    bool flush() {
        std::size_t sent = 0;
        while (sent < m_output.size()) {
            const ssize_t n =
                ::send(m_socket, m_output.data() + sent, m_output.size() - sent, MSG_NOSIGNAL);
            if (n < 0 && errno == EINTR) continue;
            if (n <= 0) m_isBroken = true;
            if (m_isBroken) break;
            sent += static_cast<std::size_t>(n);
        }
        m_output.clear();
        return !m_isBroken;
    }

    bool is_readable() const override { return true; }
    bool is_writable() const override { return !m_isBroken; }
    ssize_t read(char* to, std::size_t size) override {
        if (!hasInput()) {
            // "100 Continue" must be out before the body can come.
            if (!flush()) return -1;
            ssize_t n = 0;
            do n = ::recv(m_socket, m_input.data(), m_input.size(), 0);
            while (n < 0 && errno == EINTR);
            if (n <= 0) return n;
            m_next = 0;
            m_end = static_cast<std::size_t>(n);
        }
        const std::size_t taken = std::min(size, m_end - m_next);
        std::memcpy(to, m_input.data() + m_next, taken);
        m_next += taken;
        return static_cast<ssize_t>(taken);
    }
    ssize_t write(const char* from, std::size_t size) override {
        if (m_isBroken) return -1;
        m_output.append(from, size);
        if (m_output.size() > kHeldBytes && !flush()) return -1;
        return static_cast<ssize_t>(size);
    }
    void get_remote_ip_and_port(std::string& ip, int& port) const override {
        addressOf(::getpeername, m_remote, ip, port);
    }
    void get_local_ip_and_port(std::string& ip, int& port) const override {
        addressOf(::getsockname, m_local, ip, port);
    }
    socket_t socket() const override { return m_socket; }

private:
    struct Address {
        std::string ip;
        int port = 0;
    };
    /// The library asks for both with every request; they do not change.
    template <typename Ask>
    void addressOf(Ask ask, Address& known, std::string& ip, int& port) const {
        if (known.ip.empty()) {
            sockaddr_in in{};
            socklen_t size = sizeof in;
            char text[INET_ADDRSTRLEN] = "";
            if (ask(m_socket, reinterpret_cast<sockaddr*>(&in), &size) == 0 &&
                in.sin_family == AF_INET)
                ::inet_ntop(AF_INET, &in.sin_addr, text, sizeof text);
            known = {text, ntohs(in.sin_port)};
        }
        ip = known.ip;
        port = known.port;
    }

    socket_t m_socket;
    std::vector<char> m_input;
    std::size_t m_next = 0;
    std::size_t m_end = 0;
    std::string m_output;
    bool m_isBroken = false;
    mutable Address m_remote;
    mutable Address m_local;
};

}  // namespace

KeptServer::KeptServer() : m_endFd(::eventfd(0, EFD_CLOEXEC)) {
    if (m_endFd < 0) throw std::runtime_error("no file descriptor left for the HTTP server");
}

KeptServer::~KeptServer() {
    ::close(m_endFd);
}

void KeptServer::end() {
    const std::uint64_t one = 1;
    // Where it cannot be written it is readable already, and stopping is due all the same.
    [[maybe_unused]] const auto written = ::write(m_endFd, &one, sizeof one);
    stop();
}

bool KeptServer::process_and_close_socket(socket_t sock) {
    KeptStream stream(sock);
    const int idleMs = static_cast<int>(keep_alive_timeout_sec_ * 1000);
    bool isOk = false;
    for (std::size_t left = keep_alive_max_count_; left > 0; --left) {
        if (!stream.hasInput()) {
            pollfd waits[] = {{sock, POLLIN, 0}, {m_endFd, POLLIN, 0}};
            int ready = 0;
            do ready = ::poll(waits, 2, idleMs);
            while (ready < 0 && errno == EINTR);
            if (ready <= 0 || waits[1].revents != 0) break;
        }
        bool isClosed = false;
        isOk = process_request(stream, left == 1, isClosed, nullptr);
        if (!stream.flush() || !isOk || isClosed) break;
    }
    ::shutdown(sock, SHUT_RDWR);
    ::close(sock);
    return isOk;
}

}  // namespace tenfold::nodes
