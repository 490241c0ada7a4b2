// SPDX-License-Identifier: GPL-3.0-or-later
#include "simulator/judge/diagnosis.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "simulator/judge/limits.h"
#include "simulator/measure/clock.h"
#include "simulator/measure/words.h"

namespace tenfold::judge {

using measure::Sample;
using measure::Stage;

namespace {

constexpr double kFull = 0.95;
constexpr int kSlotsForLimit = 8;  // 2 s

double per(double amount, std::uint64_t n) {
    return n ? amount / static_cast<double>(n) : 0.0;
}

std::string nodeTitle(const std::string& id) {
    if (id.rfind("api-", 0) == 0) return "API " + id.substr(4);
    return id;
}

struct Facts {
    Sample window;
    measure::EndpointSample all;
    std::optional<std::string> limit;
    std::string node;      // of the limit
    std::string resource;  // cpu, connections, …
    double statements = 0;
    double scanned = 0;  // rows scanned per request
    double listStatements = 0;
};

Facts gather(const measure::Timeline& timeline) {
    Facts f;
    f.window = timeline.steadyWindow();
    f.all = f.window.total();
    f.limit = firstToBreak(timeline);
    if (f.limit) {
        const auto dot = f.limit->find('.');
        f.node = f.limit->substr(0, dot);
        f.resource = f.limit->substr(dot + 1);
    }
    const auto& server = f.all.server;
    f.statements = per(static_cast<double>(server.statements), server.requests);
    f.scanned = per(static_cast<double>(server.fullScanSteps), server.requests);
    if (const auto it = f.window.endpoints.find("orders.list"); it != f.window.endpoints.end())
        f.listStatements =
            per(static_cast<double>(it->second.server.statements), it->second.server.requests);
    return f;
}

std::string grouped(double n) {
    return measure::count(static_cast<std::uint64_t>(std::llround(std::max(0.0, n))));
}

std::vector<Figure> figuresOf(const Facts& f) {
    std::vector<Figure> out;
    for (const auto& [id, n] : f.window.nodes)
        if (n.role == "database")
            out.push_back({"primary CPU", fmt::format("{:.1f} of {:.0f} cores",
                                                      n.utilisation() * n.cores, n.cores)});
    out.push_back({"statements a request", fmt::format("{:.1f}", f.statements)});
    out.push_back({"rows scanned a request", grouped(f.scanned)});
    for (const auto& [id, n] : f.window.nodes)
        if (n.role == "gateway")
            out.push_back(
                {"waiting at the gateway", fmt::format("{:.0f} of {:.0f}", n.waiting, n.capacity)});
    return out;
}

/// Rules for what to try, most telling first. Each reads the numbers, not the switches alone.
std::vector<Suggestion> suggestionsFor(const Facts& f, const scenario::Scenario& s) {
    std::vector<Suggestion> out;
    const auto& d = s.design;
    const auto isOff = [&](const char* id) {
        return !d.of(id).value.empty() &&
               d.is(id, id == std::string_view("read_replicas") ? "0" : "off");
    };
    if (isOff("indexes") && f.scanned > 1000)
        out.push_back({"Turn on indexes", "indexes", "on",
                       fmt::format("a request scans {} rows on average", grouped(f.scanned))});
    if (d.is("query_shape", "n_plus_one") && f.listStatements > 4)
        out.push_back({"Batch the order list", "query_shape", "batched",
                       fmt::format("one list takes {} statements", grouped(f.listStatements))});
    // A page has 20 rows: a mix that returns more of them a request than that reads whole tables.
    const double rows = per(static_cast<double>(f.all.server.rows), f.all.server.requests);
    if (d.is("pagination", "none") && rows > 20)
        out.push_back({"Paginate the lists", "pagination", "keyset",
                       fmt::format("a request returns {} rows on average", grouped(rows))});
    std::uint64_t tooMany = 0;
    for (const auto& [id, n] : f.window.nodes)
        if (const auto it = n.rejected.find("too_many_connections"); it != n.rejected.end())
            tooMany += it->second;
    if (isOff("connection_pooler") && (tooMany > 0 || f.resource == "connections"))
        out.push_back({"Put a connection pooler in between", "connection_pooler", "transaction",
                       "the instances want more connections than the database has"});
    const auto abuser = f.all.abuser.ended();
    if (isOff("rate_limiting") && abuser > 0)
        out.push_back({"Limit each user", "rate_limiting", "per_user",
                       fmt::format("one client sent {} of {} requests", measure::count(abuser),
                                   measure::count(abuser + f.all.users.ended()))});
    std::uint64_t unknown = 0;  // whose token could not be told
    for (const auto& [id, n] : f.window.nodes)
        if (n.role == "gateway")
            for (const auto& [reason, count] : n.rejected)
                if (reason.rfind("auth_", 0) == 0) unknown += count;
    if (d.is("token_validation", "central") && (unknown > 0 || f.node == "auth"))
        out.push_back({"Verify tokens at the gateway", "token_validation", "jwt",
                       "every request waits for the auth service"});
    const bool isDatabaseFull = f.resource == "cpu" && (f.node == "primary");
    if (isOff("shared_cache") && isDatabaseFull)
        out.push_back({"Turn on the shared cache", "shared_cache", "ttl",
                       "catalogue answers need not come from the database each time"});
    if (isOff("read_replicas") && isDatabaseFull)
        out.push_back(
            {"Add two read replicas", "read_replicas", "2", "reads can be answered by copies"});
    if (f.resource == "cpu" && f.node.rfind("api-", 0) == 0)
        out.push_back({"Double the API instances", "", "", "their cores are all in use"});
    if (out.size() > 3) out.resize(3);
    return out;
}

void describe(const Facts& f, const scenario::Scenario& s, Diagnosis& d) {
    if (f.all.users.ended() == 0 && f.all.users.offered == 0) {
        d.title = "Nothing has been asked yet";
        d.text = "Press Run: the load begins, and this column says what limits the system.";
        return;
    }
    if (!f.limit) {
        d.title = "Nothing is at its limit";
        const auto stage = std::max_element(f.all.where.totalMs.begin(), f.all.where.totalMs.end());
        const auto index = static_cast<std::size_t>(stage - f.all.where.totalMs.begin());
        const std::uint64_t n = f.all.where.requests;
        d.text = fmt::format(
            "A request takes {:.1f} statements. Most of its time, {:.1f} ms on average, goes to: "
            "{}.",
            f.statements, per(*stage, n), measure::titleOf(static_cast<Stage>(index)));
        return;
    }
    const auto nodeIt = f.window.nodes.find(f.node);
    const double cores = nodeIt == f.window.nodes.end() ? 0 : nodeIt->second.cores;
    const double asked = nodeIt == f.window.nodes.end() ? 0 : nodeIt->second.askedCores();
    const double perSecond =
        f.window.spanMs() > 0 ? static_cast<double>(f.all.users.offered) * 1000 / f.window.spanMs()
                              : 0;
    const std::string title = nodeTitle(f.node);
    if (f.resource == "cpu") {
        d.title = fmt::format("{} ran out of CPU", f.node == "primary" ? "The primary" : title);
        if (f.node == "primary" || f.node.rfind("replica", 0) == 0) {
            d.text = fmt::format(
                "A request makes {:.1f} statements and scans {} rows. {:.0f} requests a second "
                "ask for {:.1f} cores; there are {:.0f}. The rest waits.",
                f.statements, grouped(f.scanned), perSecond, asked, cores);
        } else {
            const bool isKnown = nodeIt != f.window.nodes.end() && nodeIt->second.spanMs > 0;
            const double ownHz =
                isKnown ? static_cast<double>(nodeIt->second.arrived) * 1000 / nodeIt->second.spanMs
                        : 0;
            d.text = fmt::format("Its {:.0f} cores are all in use by {:.0f} requests a second.",
                                 cores, ownHz);
        }
    } else if (f.resource == "connections") {
        d.title = "The connections ran out";
        d.text = fmt::format(
            "{} has no connection left: requests wait for one for up to a second and are then "
            "answered 503. Instances × connections each is more than the database allows.",
            title);
    } else if (f.resource == "threads") {
        d.title = "The API's threads are all taken";
        d.text = fmt::format(
            "Every thread of {} is busy with a request that waits for something behind it. A "
            "request "
            "makes {:.1f} statements; one list of orders {}.",
            title, f.statements, grouped(f.listStatements));
    } else if (f.resource == "queue") {
        d.title = "The gateway turns requests away";
        d.text = "Its queue is full because the instances behind it answer too slowly.";
    } else if (f.resource == "lock") {
        d.title = "Writers wait for each other";
        d.text = "There is one writer at a time, and it is busy nearly always.";
    } else {
        d.title = fmt::format("The link of {} is full", title);
        const double bytes = per(static_cast<double>(f.all.users.bytes), f.all.users.ended());
        d.text = fmt::format("An answer is {:.0f} kB on average.", bytes / 1000);
    }
    (void)s;
}

}  // namespace

std::optional<std::string> firstToBreak(const measure::Timeline& timeline,
                                        std::optional<std::int64_t> fromSlot) {
    const std::int64_t floor = fromSlot.value_or(timeline.slotAfterLastChange());
    std::map<std::string, int> run;  // slots in a row at the limit
    for (const auto& sample : timeline.samples()) {
        if (sample.slot < floor) continue;
        std::optional<std::string> rejecting;
        std::optional<std::string> full;
        double highest = 0;
        for (const auto& limit : limitsOf(sample)) {
            int& n = run[limit.name];
            n = limit.level >= kFull ? n + 1 : 0;
            if (limit.rejects && !rejecting) rejecting = limit.name;
            if (n >= kSlotsForLimit && limit.level > highest) {
                highest = limit.level;
                full = limit.name;
            }
        }
        if (full) return full;
        if (rejecting) return rejecting;
    }
    return std::nullopt;
}

Diagnosis diagnose(const measure::Timeline& timeline, const scenario::Scenario& scenario,
                   const scenario::Catalogue&) {
    const Facts f = gather(timeline);
    Diagnosis d;
    describe(f, scenario, d);
    if (f.all.server.requests > 0) {
        d.figures = figuresOf(f);
        d.tryNext = suggestionsFor(f, scenario);
    }
    return d;
}

}  // namespace tenfold::judge
