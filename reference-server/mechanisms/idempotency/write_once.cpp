// SPDX-License-Identifier: GPL-3.0-or-later
#include "reference-server/mechanisms/idempotency/write_once.h"

#include <nlohmann/json.hpp>

#include "reference-server/api/problem.h"
#include "reference-server/data/statements.h"
#include "reference-server/mechanisms/idempotency/idempotency_key.h"
#include "reference-server/mechanisms/read_replicas/routing.h"
#include "reference-server/mechanisms/side_effects/write_with_effect.h"

namespace tenfold::mechanisms {

namespace sql = data::sql;
using api::Context;
using api::Problem;
using api::Reply;
using api::Request;
using api::Statement;

namespace {

constexpr int kUnfinished = 0;  // in the place of a status
// Beside the call's own limit: whoever died has surely ended.
constexpr std::int64_t kLeaseBeyondMs = 1000;

/// The row of one key.
struct Key {
    std::string user;
    std::string text;
};

std::int64_t leaseMs(const Context& c) {
    return static_cast<std::int64_t>(c.design.parameter("side_effects", "timeout_s", 5) * 1000) +
           kLeaseBeyondMs;
}

std::vector<Statement> withKey(const Context& c, const Request& request, const Key& key,
                               const Creation& creation) {
    const auto keptMs =
        static_cast<std::int64_t>(c.design.parameter("idempotency", "ttl_s", 86'400) * 1000);
    const bool isUnfinished = creation.effect && c.design.is("side_effects", "inline");
    const auto& reply = creation.reply;
    const auto location = reply.headers.find("Location");
    std::vector<Statement> all{
        {std::string(sql::kExpireKeys), {key.user, std::to_string(c.nowMs - keptMs)}},
        {std::string(sql::kInsertKey),
         {key.user, key.text, fingerprintOf(request),
          std::to_string(isUnfinished ? kUnfinished : reply.status), reply.body,
          location == reply.headers.end() ? "" : location->second,
          std::to_string(isUnfinished ? c.nowMs + leaseMs(c) : 0), std::to_string(c.nowMs)}}};
    all.insert(all.end(), creation.statements.begin(), creation.statements.end());
    return all;
}

/// The effect of what stands already, and then the key says so.
void finish(Context& c, const Key& key, const Creation& creation, Reply& reply) {
    const auto note = [&](int status) {
        write(c, {{std::string(sql::kKeyDone), {std::to_string(status), key.user, key.text}}},
              reply);
    };
    try {
        callInline(c, *creation.effect);
    } catch (const Problem&) {
        note(kUnfinished);  // whoever tries again need not wait for the lease
        throw;
    }
    note(creation.reply.status);
}

/// What the first one left under this key; nothing: it has left nothing after all.
std::optional<Reply> kept(Context& c, const Request& request, const Key& key,
                          const MakeCreation& make) {
    Reply reply;
    const api::Rows rows =
        readPrimary(c, {std::string(sql::kFindKey), {key.user, key.text}}, reply);
    if (rows.empty()) return std::nullopt;
    if (rows.text(0, 0) != fingerprintOf(request))
        throw Problem(422, "This Idempotency-Key was used for another request.",
                      "idempotency_key_reused");
    reply.status = static_cast<int>(rows.number(0, 1));
    reply.body = rows.text(0, 2);
    if (!rows.text(0, 3).empty()) reply.headers["Location"] = rows.text(0, 3);
    reply.headers["Idempotent-Replayed"] = "true";
    if (reply.status == kUnfinished) {
        const Problem inProgress(409, "The first request with this Idempotency-Key goes on.",
                                 "idempotency_in_progress", 1);
        if (rows.number(0, 4) > c.nowMs) throw inProgress;
        // Of two that find it left behind one goes on with it.
        const auto taken = write(
            c,
            {{std::string(sql::kTakeKey),
              {std::to_string(c.nowMs + leaseMs(c)), key.user, key.text, std::to_string(c.nowMs)}}},
            reply);
        if (taken.front().affected() == 0) throw inProgress;
        const auto id = nlohmann::json::parse(reply.body).at("id").get<std::int64_t>();
        const Creation creation = make(std::to_string(id));
        if (creation.effect) finish(c, key, creation, reply);
        reply.status = creation.reply.status;
    }
    ++c.trace.counts.replays;
    return reply;
}

Reply create(Context& c, const std::string& key, const Creation& creation,
             std::vector<Statement> statements, const Key* row) {
    Reply reply = creation.reply;
    commitWithEffect(c, std::move(statements), creation.effect, reply);
    if (c.onCarriedOut && !key.empty()) c.onCarriedOut(key);
    if (!creation.effect || !c.design.is("side_effects", "inline")) return reply;
    if (row) {
        finish(c, *row, creation, reply);
    } else {
        callInline(c, *creation.effect);
    }
    return reply;
}

}  // namespace

Reply createOnce(Context& c, const Request& request, const MakeCreation& make) {
    if (!request.user) throw Problem::unauthorized();
    const auto user = std::to_string(*request.user);
    const auto newId = [&] { return std::to_string(c.ids.next()); };
    const bool hasKeys = c.design.is("idempotency", "keys");
    if (hasKeys && !request.idempotencyKey && c.design.parameter("idempotency", "required", 1) != 0)
        throw Problem(400, "This needs an Idempotency-Key: a new one for each new request.",
                      "idempotency_key_missing");
    if (!hasKeys || !request.idempotencyKey) {
        auto creation = make(newId());
        auto statements = std::move(creation.statements);
        return create(c, request.idempotencyKey.value_or(""), creation, std::move(statements),
                      nullptr);
    }
    const Key key{user, idempotencyKeyIn(*request.idempotencyKey)};
    for (bool isAgain = false;; isAgain = true) {
        const auto creation = make(newId());
        try {
            return create(c, *request.idempotencyKey, creation, withKey(c, request, key, creation),
                          &key);
        } catch (const api::DatabaseError& e) {
            if (e.sqlState() != "23505" || isAgain) throw;
        }
        // None is left when the key's time was over just now.
        if (auto reply = kept(c, request, key, make)) return *std::move(reply);
    }
}

}  // namespace tenfold::mechanisms
