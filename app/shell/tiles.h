// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <QLabel>
#include <QWidget>
#include <array>

#include "app/run/run_model.h"
#include "app/theme/widgets.h"

namespace tenfold::app {

/// Five figures people read first. Each says what it is, over which window, and how it was before
/// the last change.
class Tiles : public QWidget {
    Q_OBJECT
public:
    explicit Tiles(RunModel& run, QWidget* parent = nullptr);
    QString value(std::size_t tile) const { return m_tiles[tile].value->text(); }
    QString title(std::size_t tile) const { return m_tiles[tile].title->text(); }

private:
    struct Tile {
        ElidedLabel* title = nullptr;
        QLabel* value = nullptr;
        ElidedLabel* extra = nullptr;
    };
    void refresh();
    /// `shortTitle` and no extra where there is no room for more; the tool tip has it all.
    void show(std::size_t tile, const QString& title, const QString& shortTitle,
              const QString& value, const QString& extra, bool isBad);

    RunModel& m_run;
    std::array<Tile, 5> m_tiles;
};

}  // namespace tenfold::app
