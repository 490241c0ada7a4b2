// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/write.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace tenfold::test {

/// A server that does what the test wants with the n-th request it reads.
class Server {
public:
    enum class What { answer, tooMany, serverError, closeAfter, silence, closeAtOnce };
    explicit Server(std::function<What(int)> decide) : m_decide(std::move(decide)) {
        accept();
        m_thread = std::thread([this] { m_io.run(); });
    }
    ~Server() {
        m_io.stop();
        m_thread.join();
    }
    boost::asio::ip::tcp::endpoint endpoint() const { return m_acceptor.local_endpoint(); }
    std::string url(const std::string& path) const {
        return "http://127.0.0.1:" + std::to_string(endpoint().port()) + path;
    }
    /// Method and target of each request, in order of arrival.
    std::vector<std::string> lines() const {
        std::lock_guard lock(m_mutex);
        return m_lines;
    }
    void stallFor(std::chrono::milliseconds time) {
        boost::asio::post(m_io, [time] { std::this_thread::sleep_for(time); });
    }

private:
    struct Peer {
        explicit Peer(boost::asio::ip::tcp::socket s) : socket(std::move(s)) {}
        boost::asio::ip::tcp::socket socket;
        std::array<char, 8192> buffer{};
        std::string input;
    };
    void accept() {
        m_acceptor.async_accept(
            [this](boost::system::error_code e, boost::asio::ip::tcp::socket s) {
                if (e) return;
                read(std::make_shared<Peer>(std::move(s)));
                accept();
            });
    }
    void read(const std::shared_ptr<Peer>& p) {
        p->socket.async_read_some(
            boost::asio::buffer(p->buffer), [this, p](boost::system::error_code e, std::size_t n) {
                if (e) return;
                p->input.append(p->buffer.data(), n);
                const auto end = p->input.find("\r\n\r\n");
                if (end == std::string::npos) return read(p);
                {
                    std::lock_guard lock(m_mutex);
                    m_lines.push_back(p->input.substr(0, p->input.find(" HTTP")));
                }
                p->input.erase(0, end + 4);
                answer(p, m_decide(m_requests++));
            });
    }
    void answer(const std::shared_ptr<Peer>& p, What what) {
        if (what == What::silence) {
            m_silent.push_back(p);
            return;
        }
        if (what == What::closeAtOnce) return;
        const char* status = what == What::tooMany       ? "429 Too Many Requests"
                             : what == What::serverError ? "503 Service Unavailable"
                                                         : "200 OK";
        const auto text = std::make_shared<std::string>(
            std::string("HTTP/1.1 ") + status + "\r\nContent-Length: 2\r\n" +
            (what == What::closeAfter ? "Connection: close\r\n" : "") + "\r\nok");
        boost::asio::async_write(p->socket, boost::asio::buffer(*text),
                                 [this, p, text, what](boost::system::error_code e, std::size_t) {
                                     if (!e && what != What::closeAfter) read(p);
                                 });
    }

    std::function<What(int)> m_decide;
    boost::asio::io_context m_io{1};
    boost::asio::ip::tcp::acceptor m_acceptor{
        m_io, boost::asio::ip::tcp::endpoint(boost::asio::ip::address_v4::loopback(), 0)};
    std::vector<std::shared_ptr<Peer>> m_silent;
    int m_requests = 0;
    mutable std::mutex m_mutex;
    std::vector<std::string> m_lines;
    std::thread m_thread;
};

}  // namespace tenfold::test
