// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "reference-server/nodes/gateway/http_types.h"
#include "simulator/hardware/edge_store.h"

namespace tenfold::nodes {

/// An answer as an edge keeps it: without what was for one client or one hop.
struct KeptAnswer {
    HttpResponse response;
    std::int64_t ageAtArrivalS = 0;
    bool isForAll = false;  // also for those who say who they are
};
using KeptAnswerPtr = std::shared_ptr<const KeptAnswer>;

/// What an edge keeps of HTTP answers, and for whom (RFC 9111): the fields of a request and of an
/// answer on this side, hardware::EdgeStore's decisions behind. Never an answer to somebody for
/// whom it is not. On the edge's IO thread; instants are the caller's.
class ResponseStore {
public:
    /// Told the answer, or nullptr: it has none that it may have, and asks for itself.
    using Tell = std::function<void(KeptAnswerPtr)>;
    struct Waiter {
        std::shared_ptr<HttpRequest> request;
        Tell tell;
    };
    using Store = hardware::EdgeStore<std::string, KeptAnswerPtr, Waiter>;
    using Way = Store::Way;

    struct Found {
        Way way = Way::pass;
        KeptAnswerPtr answer;  // of a hit; with `ask` what may be asked about with If-None-Match
        std::int64_t ageS = 0;
        std::int64_t leftS = 0;  // less than 0: it is beyond its time
        bool isStale = false;
        Store::FlightId flight = Store::kNoFlight;
        const char* forwarded = "bypass";  // why the origin is asked, in the words of RFC 9211
    };
    struct Landed {
        KeptAnswerPtr answer;  // nullptr: it is not for sharing
        std::vector<Tell> sharers;
        std::vector<Tell> others;  // have to ask for themselves
        bool isUnchanged = false;  // the origin said 304, and `answer` is the old one
    };

    explicit ResponseStore(std::size_t capacityBytes) : m_store(capacityBytes) {}

    void setCapacity(std::size_t bytes) { m_store.setCapacity(bytes); }
    /// Names what answers look like: one of another form is another answer.
    void setForm(std::string form) { m_form = std::move(form); }

    /// Of a request with GET or HEAD; HEAD is only ever a hit or passes.
    Found look(const HttpRequest& request, std::int64_t nowNs);
    /// `look` said `wait`.
    void join(Store::FlightId flight, Waiter waiter) { m_store.join(flight, std::move(waiter)); }
    /// The origin has answered what was asked under this flight; `old`: what it was asked about.
    Landed landed(Store::FlightId flight, const HttpRequest& request, const HttpResponse& response,
                  const KeptAnswerPtr& old, std::int64_t nowNs);
    /// It has not: everybody asks for themselves.
    std::vector<Tell> lost(Store::FlightId flight, std::int64_t nowNs);
    /// Something else than a read has been done at this address (RFC 9111, 4.4).
    void invalidate(const HttpRequest& request);

    const Store& store() const { return m_store; }

private:
    /// The fields that answers at one address depend on. With a number of its own: what was kept
    /// before the address was invalidated is not found again.
    struct Varying {
        std::vector<std::string> names;
        std::uint64_t number = 0;
    };
    std::string addressOf(const HttpRequest& request) const;
    std::string keyOf(const std::string& address, const HttpRequest& request) const;

    Store m_store;
    std::string m_form;
    std::map<std::string, Varying> m_varying;  // by address
    std::uint64_t m_varyings = 0;
    /// How things stood when the origin was asked.
    struct Asked {
        std::string address;
        std::uint64_t varying = 0;
    };
    std::map<Store::FlightId, Asked> m_asked;
};

/// Beast's text as the standard library's.
inline std::string_view view(boost::beast::string_view text) {
    return {text.data(), text.size()};
}

/// Whether a request says who it is from.
bool isAuthorized(const HttpRequest& request);

}  // namespace tenfold::nodes
