// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QHBoxLayout>
#include <QLabel>
#include <QWidget>

#include "app/design_panel/choice_button.h"
#include "app/design_panel/parameter_row.h"
#include "app/design_panel/toggle_switch.h"
#include "app/run/effects.h"
#include "app/theme/widgets.h"
#include "app/twin/prediction_words.h"
#include "simulator/scenario/design.h"

namespace tenfold::app {

/// One switch of the panel, made from its spec: two values are a toggle, more a drop-down.
class MechanismRow : public QWidget {
    Q_OBJECT
public:
    MechanismRow(const scenario::MechanismSpec& spec, const ThemeSource& theme,
                 QWidget* parent = nullptr);

    const scenario::MechanismSpec& spec() const { return m_spec; }
    /// The page about it.
    void openCard();
    void show(const scenario::Setting& setting);
    /// Null: it was not used yet, and its value's own line stands instead.
    void showEffect(const Effect* effect);
    /// What turning it would do, a line for each; none: there are no predictions.
    void showPredictions(const std::vector<PredictionLine>& lines);
    QStringList predictions() const;
    bool isOn() const;
    /// The toggle or the drop-down.
    QWidget* control() const;
    const std::vector<ParameterRow*>& parameters() const { return m_parameters; }

Q_SIGNALS:
    void changed(const scenario::Setting& setting);

private:
    void addInfoButton(QHBoxLayout* row);
    void choose(const std::string& value);

    const scenario::MechanismSpec& m_spec;
    const ThemeSource& m_theme;
    QToolButton* m_info = nullptr;  // null: there is no page
    scenario::Setting m_setting;
    ToggleSwitch* m_toggle = nullptr;
    ChoiceButton* m_choice = nullptr;
    QLabel* m_line = nullptr;
    QLabel* m_effect = nullptr;
    QVBoxLayout* m_predictionBox = nullptr;
    std::vector<QLabel*> m_predictions;
    QWidget* m_parameterBox = nullptr;
    std::vector<ParameterRow*> m_parameters;
};

}  // namespace tenfold::app
