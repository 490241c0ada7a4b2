// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolButton>

#include "app/run/history.h"

namespace tenfold::app {

/// Which endpoint a panel shows: a button that says it, with a menu of all.
class EndpointChoice : public QToolButton {
    Q_OBJECT
public:
    explicit EndpointChoice(QWidget* parent = nullptr);
    void show(View view, bool isTogether);

Q_SIGNALS:
    void chosen(View view);
    /// Whether a choice is one for all panels.
    void togetherChosen(bool isTogether);

private:
    QAction* m_together = nullptr;
    std::vector<std::pair<View, QAction*>> m_views;
};

}  // namespace tenfold::app
