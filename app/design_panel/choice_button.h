// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QToolButton>

#include "simulator/scenario/mechanism_spec.h"

class QAction;

namespace tenfold::app {

/// One of several values, or, where the mechanism allows it, several of them together.
class ChoiceButton : public QToolButton {
    Q_OBJECT
public:
    explicit ChoiceButton(const scenario::MechanismSpec& spec, QWidget* parent = nullptr);
    void show(const std::string& value);

Q_SIGNALS:
    void chosen(const QString& value);

private:
    void onTriggered(QAction* action);

    const scenario::MechanismSpec& m_spec;
    std::string m_value;
};

}  // namespace tenfold::app
