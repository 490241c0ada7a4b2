// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tenfold::protocol {

/// The PostgreSQL wire protocol, version 3: cutting a stream into messages and building answers.
/// https://www.postgresql.org/docs/15/protocol-message-formats.html

/// One message: its type byte and the bytes after the length. Start-up messages have type 0.
struct PgMessage {
    char type = 0;
    std::string_view body;
};

/// Longest message taken from a client: 16 MiB.
constexpr std::size_t kMaxPgMessageBytes = 16 << 20;
/// Longest start-up message: PostgreSQL's MAX_STARTUP_PACKET_LENGTH. Whoever has not logged in yet
/// has no claim to more memory.
constexpr std::size_t kMaxPgStartupBytes = 10'000;

enum class PgCut { message, needMore, malformed };

/// Takes the first message of `buffer`. `used` is set to its whole length. The body points into the
/// buffer. Who reads answers allows for longer ones.
PgCut cutPgMessage(std::string_view buffer, bool isStartup, PgMessage& message, std::size_t& used,
                   std::size_t maxBytes = kMaxPgMessageBytes);

/// Reads the fields of a body in order. After a read past the end `ok()` is false and reads give 0.
class PgReader {
public:
    explicit PgReader(std::string_view body) : m_rest(body) {}
    std::int16_t int16();
    std::int32_t int32();
    std::string_view cstring();
    std::string_view bytes(std::size_t n);
    bool ok() const { return m_isOk; }
    bool atEnd() const { return m_rest.empty(); }

private:
    std::string_view m_rest;
    bool m_isOk = true;
};

/// Builds messages one after the other into one buffer.
class PgWriter {
public:
    explicit PgWriter(std::string& out) : m_out(out) {}

    /// Begins a message; its length is filled in by end().
    PgWriter& begin(char type);
    PgWriter& int16(std::int16_t value);
    PgWriter& int32(std::int32_t value);
    PgWriter& cstring(std::string_view text);
    PgWriter& bytes(std::string_view text);
    PgWriter& byte(char c);
    void end();

    void authenticationOk();
    void parameterStatus(std::string_view name, std::string_view value);
    void readyForQuery(char status);
    void commandComplete(std::string_view tag);
    void error(std::string_view severity, std::string_view sqlState, std::string_view message);
    void notice(std::string_view message);
    void empty(char type);  // ParseComplete '1', BindComplete '2', CloseComplete '3', NoData 'n', …

private:
    std::string& m_out;
    std::size_t m_start = 0;
};

/// Type ids of PostgreSQL's catalogue.
constexpr std::int32_t kPgBool = 16;
constexpr std::int32_t kPgBytea = 17;
constexpr std::int32_t kPgName = 19;
constexpr std::int32_t kPgInt8 = 20;
constexpr std::int32_t kPgInt2 = 21;
constexpr std::int32_t kPgInt4 = 23;
constexpr std::int32_t kPgText = 25;
constexpr std::int32_t kPgFloat4 = 700;
constexpr std::int32_t kPgFloat8 = 701;
constexpr std::int32_t kPgUnknown = 705;
constexpr std::int32_t kPgBpchar = 1042;
constexpr std::int32_t kPgVarchar = 1043;
constexpr std::int32_t kPgNumeric = 1700;

/// Start-up codes that stand where the version would.
constexpr std::int32_t kPgSslRequest = 80877103;
constexpr std::int32_t kPgGssRequest = 80877104;
constexpr std::int32_t kPgCancelRequest = 80877102;
constexpr std::int32_t kPgVersion3 = 196608;

}  // namespace tenfold::protocol
