// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "tests/contract/raw_http.h"
#include "tests/support/live_system.h"

/// For tests: answers of a live system against the contract that it serves.
namespace tenfold::test {

struct Answer {
    std::string operation;
    RawConnection::Answer answer;
    bool isSparse = false;  // to ?fields=
};

/// Bytes as JSON can hold them, one character each: a picture is no UTF-8.
inline std::string asLatin1(const std::string& bytes) {
    std::string out;
    for (const char c : bytes) {
        const auto byte = static_cast<unsigned char>(c);
        if (byte < 0x80) {
            out += c;
        } else {
            out += static_cast<char>(0xC0 | (byte >> 6));
            out += static_cast<char>(0x80 | (byte & 0x3F));
        }
    }
    return out;
}

inline std::string validate(const nlohmann::json& contract, const std::vector<Answer>& answers,
                            bool isComplete) {
    const auto file = std::filesystem::temp_directory_path() /
                      ("tenfold-contract-" + std::to_string(::getpid()) + ".json");
    nlohmann::json all = nlohmann::json::array();
    for (const auto& [operation, a, isSparse] : answers) {
        nlohmann::json body = nlohmann::json::parse(a.body, nullptr, false);
        if (body.is_discarded()) body = asLatin1(a.body);
        all.push_back({{"operation", operation},
                       {"status", std::to_string(a.status)},
                       {"headers", a.headers},
                       {"isSparse", isSparse},
                       {"body", body}});
    }
    std::ofstream(file) << nlohmann::json{
        {"contract", contract},
        {"answers", all},
        {"isComplete",
         isComplete}}.dump();
    const auto out =
        shell("python3 " TENFOLD_SOURCE_DIR "/tests/contract/validate_answers.py " + file.string());
    std::filesystem::remove(file);
    return out;
}

/// Requests of one user, said in full.
class Asker {
public:
    Asker(const LiveSystem& live, std::uint64_t user)
        : m_port(live.node("gateway").port),
          m_authorization("Authorization: " + live.as(user).begin()->second + "\r\n") {}

    std::string request(const std::string& line, const std::string& headers = "",
                        const std::string& body = "") const {
        return line + " HTTP/1.1\r\nHost: shop\r\n" + m_authorization + headers + "\r\n" + body;
    }
    std::string withBody(const std::string& line, const std::string& body,
                         const std::string& type = "application/json") const {
        return request(
            line,
            "Content-Type: " + type + "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n",
            body);
    }
    RawConnection::Answer ask(const std::string& text, int port = 0) const {
        RawConnection c(port ? port : m_port);
        c.send(text);
        return c.read();
    }
    RawConnection::Answer get(const std::string& path) const { return ask(request("GET " + path)); }
    RawConnection::Answer send(const std::string& line, const std::string& body) const {
        return ask(withBody(line, body));
    }
    int port() const { return m_port; }

private:
    int m_port;
    std::string m_authorization;
};

inline nlohmann::json contractOf(const LiveSystem& live) {
    auto client = live.client();
    const auto r = client.Get("/openapi.json");
    EXPECT_TRUE(r && r->status == 200);
    return r ? nlohmann::json::parse(r->body) : nlohmann::json();
}

inline const std::string kReview = R"({"product_id":1,"rating":5,"body":"fine"})";
inline const std::string kOrder = R"({"lines":[{"product_id":1,"quantity":2}]})";

}  // namespace tenfold::test
