// SPDX-License-Identifier: GPL-3.0-or-later
#include "tests/theory/formulas.h"

#include <algorithm>
#include <cmath>

namespace tenfold::theory {

double erlangC(int servers, double offered) {
    // Erlang's B by its recurrence, then C from B.
    double b = 1;
    for (int k = 1; k <= servers; ++k) b = offered * b / (k + offered * b);
    return b / (1 - offered / servers * (1 - b));
}

double mmcResponse(double lambda, double s, int servers) {
    return s + erlangC(servers, lambda * s) / (servers / s - lambda);
}

Finite mmck(double lambda, double s, int servers, int places) {
    std::vector<double> p(static_cast<std::size_t>(places) + 1, 1);
    double sum = 1;
    for (int n = 1; n <= places; ++n) {
        const auto i = static_cast<std::size_t>(n);
        p[i] = p[i - 1] * lambda * s / std::min(n, servers);
        sum += p[i];
    }
    Finite f{};
    for (int n = 0; n <= places; ++n) {
        const double probability = p[static_cast<std::size_t>(n)] / sum;
        f.number += n * probability;
        f.busy += std::min(n, servers) * probability;
    }
    f.loss = p.back() / sum;
    f.response = f.number / (lambda * (1 - f.loss));
    return f;
}

double mg1Wait(double lambda, double s, double scv) {
    const double rho = lambda * s;
    return rho / (1 - rho) * (1 + scv) / 2 * s;
}

std::vector<double> cobhamWaits(const std::vector<Level>& levels) {
    double residual = 0;
    for (const auto& l : levels) residual += l.lambda * l.s * l.s * (1 + l.scv) / 2;
    std::vector<double> waits;
    double above = 0;
    for (const auto& l : levels) {
        const double upTo = above + l.lambda * l.s;
        waits.push_back(residual / ((1 - above) * (1 - upTo)));
        above = upTo;
    }
    return waits;
}

Mva mva(const std::vector<MvaStation>& stations, int population) {
    Mva m{0, std::vector<double>(stations.size(), 0), std::vector<double>(stations.size(), 0)};
    for (int n = 1; n <= population; ++n) {
        double round = 0;
        for (std::size_t i = 0; i < stations.size(); ++i) {
            const auto& st = stations[i];
            m.response[i] = st.isDelay ? st.s : st.s * (1 + m.number[i]);
            round += st.visits * m.response[i];
        }
        m.throughput = n / round;
        for (std::size_t i = 0; i < stations.size(); ++i)
            m.number[i] = m.throughput * stations[i].visits * m.response[i];
    }
    return m;
}

}  // namespace tenfold::theory
