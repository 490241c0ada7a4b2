// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "simulator/study/estimate.h"

namespace tenfold::study {

/// How far the twin is from something that was measured.
struct AgreementPart {
    std::optional<int> cells;   // compared
    std::optional<int> within;  // of them, inside what the design allows
    std::array<std::optional<double>, kMetrics> medianError;  // relative
    struct Worst {
        std::string cell;
        std::string metric;  // p99_ms, …
        double error = 0;
        std::string cause;
    };
    std::vector<Worst> worst;
};

/// The file "tenfold.agreement/1" that `tenfold-cli agreement` writes. Every part may be missing.
struct AgreementFile {
    std::string date;
    std::optional<AgreementPart> live;  // the twin against our live engine
    std::optional<AgreementPart> real;  // against real components
    struct Decisions {
        std::optional<double> right;  // share of signs and ranks
        std::optional<int> of;
        std::optional<double> coverage;  // of the 90 % intervals
    };
    std::optional<Decisions> decisions;
};

/// Reads what is there and leaves out what is not, or is not of the expected type. Nothing when the
/// file is missing, is no JSON, or is another format.
std::optional<AgreementFile> readAgreement(const std::filesystem::path& file);
/// The user's own, in the cache folder.
std::filesystem::path userAgreementFile();
std::filesystem::path shippedAgreementFile();
/// The user's own when it is there, else the shipped one.
std::filesystem::path defaultAgreementFile();

/// Options for estimates whose intervals have the twin's own error in them, as the agreement with
/// the live engine found it: the median of |error| of each figure, as one standard deviation of a
/// normal error (÷ 0.6745). Where none was measured the defaults stand.
EstimateOptions optionsFrom(const std::optional<AgreementFile>& agreement);

}  // namespace tenfold::study
