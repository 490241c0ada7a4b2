// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <map>
#include <string>

namespace tenfold::test {

/// A connection on which a test says exactly what it wants, well-formed or not.
class RawConnection {
public:
    explicit RawConnection(int port) : m_fd(::socket(AF_INET, SOCK_STREAM, 0)) {
        const timeval limit{15, 0};
        ::setsockopt(m_fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
        sockaddr_in to{};
        to.sin_family = AF_INET;
        to.sin_port = htons(static_cast<std::uint16_t>(port));
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::connect(m_fd, reinterpret_cast<const sockaddr*>(&to), sizeof to);
    }
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;
    ~RawConnection() { ::close(m_fd); }

    void send(const std::string& text) {
        std::size_t sent = 0;
        while (sent < text.size()) {
            const auto n = ::send(m_fd, text.data() + sent, text.size() - sent, MSG_NOSIGNAL);
            if (n <= 0) return;  // it has been answered already: the answer says why
            sent += static_cast<std::size_t>(n);
        }
    }

    struct Answer {
        int status = 0;                              // 0: the connection ended without one
        std::map<std::string, std::string> headers;  // names in lower case
        std::string body;
    };
    /// The next answer, its body by Content-Length (none for "100 Continue" and for HEAD).
    Answer read(bool isHead = false) {
        Answer a;
        std::size_t end = 0;
        while ((end = m_buffer.find("\r\n\r\n")) == std::string::npos)
            if (!more()) return a;
        a.status = std::atoi(m_buffer.substr(9, 3).c_str());
        for (std::size_t at = m_buffer.find("\r\n") + 2; at < end + 2;) {
            const auto line = m_buffer.substr(at, m_buffer.find("\r\n", at) - at);
            at += line.size() + 2;
            std::string name = line.substr(0, line.find(':'));
            std::transform(name.begin(), name.end(), name.begin(),
                           [](unsigned char c) { return std::tolower(c); });
            a.headers[name] = line.substr(std::min(line.size(), line.find(':') + 2));
        }
        m_buffer.erase(0, end + 4);
        const auto length = a.headers.find("content-length");
        const std::size_t bytes =
            isHead || length == a.headers.end() ? 0 : std::stoul(length->second);
        while (m_buffer.size() < bytes && more()) {
        }
        a.body = m_buffer.substr(0, bytes);
        m_buffer.erase(0, bytes);
        return a;
    }

private:
    bool more() {
        char chunk[16384];
        const auto n = ::recv(m_fd, chunk, sizeof chunk, 0);
        if (n <= 0) return false;
        m_buffer.append(chunk, static_cast<std::size_t>(n));
        return true;
    }

    int m_fd;
    std::string m_buffer;
};

}  // namespace tenfold::test
