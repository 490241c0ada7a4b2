// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "simulator/load/request_mix.h"

namespace tenfold::loadgen {

/// Path and query: "/v1/products?prefix=Am&page=2". Nothing in it needs escaping.
std::string targetOf(const load::RequestPlan& plan);
/// JSON; empty for a read.
std::string bodyOf(const load::RequestPlan& plan);

/// Turns a plan into the bytes of an HTTP request. Users carry the cookie of their last write.
class RequestWriter {
public:
    explicit RequestWriter(std::string host);
    /// `token`: of its user; empty: it says of nobody that it is. `key`: of a POST.
    std::string write(const load::RequestPlan& plan, const std::string& token,
                      const std::string& key = "") const;
    void rememberLsn(std::uint64_t user, const std::string& cookie);

private:
    std::string m_host;
    std::unordered_map<std::uint64_t, std::string> m_lsnCookies;
};

}  // namespace tenfold::loadgen
