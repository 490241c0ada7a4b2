// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QCheckBox>
#include <QComboBox>
#include <QDoubleSpinBox>
#include <QSlider>
#include <QTimer>
#include <QWidget>

#include "simulator/scenario/mechanism_spec.h"

namespace tenfold::app {

/// One parameter of a switch: a number with its unit on a slider and in a box, yes and no, or a
/// choice of words.
class ParameterRow : public QWidget {
    Q_OBJECT
public:
    explicit ParameterRow(const scenario::ParameterSpec& spec, QWidget* parent = nullptr);
    void show(double value);

Q_SIGNALS:
    /// After the hand has come to rest.
    void changed(double value);

private:
    int positionOf(double value) const;
    double valueAt(int position) const;

    const scenario::ParameterSpec& m_spec;
    QCheckBox* m_check = nullptr;
    QComboBox* m_choice = nullptr;
    QDoubleSpinBox* m_box = nullptr;
    QSlider* m_slider = nullptr;
    QTimer m_rest;
};

}  // namespace tenfold::app
