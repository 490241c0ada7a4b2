// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace tenfold::study {

/// Something that happens to a service beside its load.
struct Incident {
    std::string fault;  // of scenario::faultNames()
    double perYear = 0;
    double minutes = 0;  // how long it lasts each time
    std::string source;  // of both numbers
};

/// What a year holds, the same for every size, and how much of it a service may be unavailable.
class IncidentTable {
public:
    /// Reads {"format":"tenfold.incidents/1",…}; throws scenario::InputError with every problem.
    explicit IncidentTable(const std::filesystem::path& file);
    static IncidentTable shipped();

    /// The gravest first: those that last longest in a year.
    const std::vector<Incident>& incidents() const { return m_incidents; }
    /// Minutes a year that may be lost at this tier ("10k", "100k", "1M").
    double budgetMinutes(const std::string& tier) const;

private:
    std::vector<Incident> m_incidents;
    std::map<std::string, double> m_availability;
};

}  // namespace tenfold::study
