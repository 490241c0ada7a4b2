// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/loadgen/prober.h"

#include <fmt/format.h>
#include <sys/prctl.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <chrono>

namespace tenfold::loadgen {

namespace asio = boost::asio;
using measure::monotonicNow;

namespace {

constexpr std::chrono::seconds kPatience{2};

asio::steady_timer::time_point timePoint(measure::Nanos at) {
    return asio::steady_timer::time_point(std::chrono::nanoseconds(at));
}

}  // namespace

std::string headerOf(std::string_view head, std::string_view name) {
    for (std::size_t at = head.find("\r\n"); at != std::string_view::npos;
         at = head.find("\r\n", at + 2)) {
        const auto line = head.substr(at + 2, head.find("\r\n", at + 2) - at - 2);
        const auto colon = line.find(':');
        const bool isIt = colon == name.size() &&
                          std::equal(name.begin(), name.end(), line.begin(), [](char a, char b) {
                              return a == std::tolower(static_cast<unsigned char>(b));
                          });
        if (!isIt) continue;
        const auto from = line.find_first_not_of(' ', colon + 1);
        return std::string(from == std::string_view::npos ? "" : line.substr(from));
    }
    return "";
}

Prober::Prober(ProbeSettings settings)
    : m_settings(std::move(settings)),
      m_timer(m_io),
      m_arrivals(random::Stream(m_settings.seed, "probe.arrivals")),
      m_stream(m_settings.seed, "probe.requests"),
      m_turns(m_settings.paths.size(), 0) {
    for (const auto& path : m_settings.paths) {
        auto& lines = m_lines.emplace_back();
        for (const auto port : path.ports)
            lines.push_back({{asio::ip::address_v4::loopback(), port}, {}});
    }
}

void Prober::run() {
    ::prctl(PR_SET_TIMERSLACK, 1000);
    const Nanos start = monotonicNow();
    m_measuresFrom = start + static_cast<Nanos>(m_settings.warmUpS * 1e9);
    m_endsAt = m_measuresFrom + static_cast<Nanos>(m_settings.seconds * 1e9);
    m_arrivals.setRate(m_settings.rateHz, start);
    arm();
    m_io.run_until(timePoint(m_endsAt));
    m_timer.cancel();
    const auto until = timePoint(m_endsAt) + kPatience;
    while (m_open > 0 && m_io.run_one_until(until) > 0) {
    }
    m_failed += static_cast<std::uint64_t>(m_open);
}

void Prober::arm() {
    m_timer.expires_at(timePoint(m_arrivals.nextAt()));
    m_timer.async_wait([this](boost::system::error_code e) {
        if (e) return;
        const Nanos now = monotonicNow();
        while (m_arrivals.nextAt() <= std::min(now, m_endsAt)) {
            const Nanos dueAt = m_arrivals.nextAt();
            m_arrivals.advance();
            fire(dueAt);
        }
        if (now < m_endsAt) arm();
    });
}

void Prober::fire(Nanos dueAt) {
    const auto request = std::make_shared<Request>();
    request->path = m_stream.uniformInt(m_settings.paths.size());
    const ProbePath& path = m_settings.paths[request->path];
    auto& turn = m_turns[request->path];
    request->line = &m_lines[request->path][turn];
    turn = (turn + 1) % path.ports.size();
    request->dueAt = dueAt;
    request->text = fmt::format("GET {}{} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n\r\n", path.target,
                                path.least + m_stream.uniformInt(path.most - path.least + 1),
                                request->line->endpoint.port());
    ++m_open;
    auto& idle = request->line->idle;
    if (!idle.empty()) {
        const auto connection = std::move(idle.back());
        idle.pop_back();
        return send(request, connection);
    }
    request->isFresh = true;
    const auto connection = std::make_shared<Connection>(m_io);
    connection->connect({}, request->line->endpoint, [this, request, connection](bool isOpen) {
        if (isOpen) return send(request, connection);
        --m_open;
        ++m_failed;
    });
}

void Prober::send(const std::shared_ptr<Request>& request,
                  const std::shared_ptr<Connection>& connection) {
    connection->exchange(request->text, [this, request](const auto& used, Connection::End end) {
        ended(*request, used, end);
    });
}

void Prober::ended(const Request& request, const std::shared_ptr<Connection>& connection,
                   Connection::End end) {
    const Nanos now = monotonicNow();
    --m_open;
    const auto& response = connection->response();
    if (end != Connection::End::answered || response.status() != 200) {
        ++m_failed;
    } else if (!request.isFresh && request.dueAt >= m_measuresFrom) {
        ProbeSample sample;
        sample.path = request.path;
        sample.us = static_cast<double>(now - request.dueAt) / 1e3;
        const std::string length = headerOf(response.head(), "content-length");
        std::from_chars(length.data(), length.data() + length.size(), sample.bodyBytes);
        sample.serverTiming = headerOf(response.head(), "server-timing");
        m_samples.push_back(std::move(sample));
    }
    if (connection->isReusable()) request.line->idle.push_back(connection);
}

}  // namespace tenfold::loadgen
