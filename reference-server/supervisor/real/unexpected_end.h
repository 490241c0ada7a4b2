// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <unistd.h>

#include <nlohmann/json.hpp>
#include <string>

#include "reference-server/nodes/common/control.h"
#include "reference-server/supervisor/real/foreign_process.h"

namespace tenfold::supervisor::real {

/// When the component is gone this process has nothing left to look after: it says why and ends,
/// as a node of ours that dies.
inline ForeignProcess::OnEnd endsThisProcess(nodes::ControlChannel& control, std::string title) {
    return [&control, title = std::move(title)](const std::string& how) {
        control.emit({{"fatal", title + " " + how}});
        ::_exit(3);
    };
}

}  // namespace tenfold::supervisor::real
