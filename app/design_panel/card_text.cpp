// SPDX-License-Identifier: GPL-3.0-or-later
#include "app/design_panel/card_text.h"

#include <QTextBlock>
#include <QTextCursor>

#include "app/theme/fonts.h"

namespace tenfold::app {

namespace {

constexpr double kLine = 128;  // per cent

bool isCode(const QTextBlock& block) {
    return block.blockFormat().hasProperty(QTextFormat::BlockCodeFence) ||
           block.blockFormat().hasProperty(QTextFormat::BlockCodeLanguage);
}

QTextBlockFormat formatOf(const QTextBlock& block, const Theme& theme) {
    QTextBlockFormat f = block.blockFormat();
    f.setTopMargin(0);
    f.setBottomMargin(7);
    f.setLineHeight(kLine, QTextBlockFormat::ProportionalHeight);
    if (f.headingLevel() == 1) {
        f.setBottomMargin(4);
    } else if (f.headingLevel() > 1) {
        f.setTopMargin(10);
        f.setBottomMargin(3);
    } else if (isCode(block)) {
        f.setBackground(theme.sunken);
        f.setNonBreakableLines(true);
        f.setTopMargin(isCode(block.previous()) ? 0 : 2);
        f.setBottomMargin(isCode(block.next()) ? 0 : 9);
    }
    return f;
}

QFont fontOf(const QTextBlock& block) {
    switch (block.blockFormat().headingLevel()) {
        case 0:
            return isCode(block) ? fixedFont() : fontFor(TextRole::body);
        case 1:
            return fontFor(TextRole::title);
        default:
            return fontFor(TextRole::strong);
    }
}

/// What stands in the block keeps its emphasis.
void setType(QTextCursor& cursor, const QTextBlock& block, const Theme& theme) {
    struct Piece {
        int from, to;
        QTextCharFormat format;
    };
    std::vector<Piece> pieces;
    for (auto it = block.begin(); !it.atEnd(); ++it) {
        const auto fragment = it.fragment();
        QFont font = fontOf(block);
        QTextCharFormat f = fragment.charFormat();
        if (f.fontFixedPitch()) font = fixedFont();
        if (f.fontItalic()) font.setItalic(true);
        if (f.fontWeight() > QFont::Normal) font.setWeight(QFont::DemiBold);
        f.setFont(font);
        f.setForeground(isCode(block) || f.fontFixedPitch() ||
                                block.blockFormat().headingLevel() > 0
                            ? theme.text
                        : f.fontWeight() > QFont::Normal ? theme.text
                                                         : theme.muted);
        pieces.push_back({fragment.position(), fragment.position() + fragment.length(), f});
    }
    for (const auto& piece : pieces) {
        cursor.setPosition(piece.from);
        cursor.setPosition(piece.to, QTextCursor::KeepAnchor);
        cursor.setCharFormat(piece.format);
    }
}

}  // namespace

void setCardText(QTextDocument& document, const QString& markdown, const Theme& theme) {
    document.setDocumentMargin(0);
    document.setDefaultFont(fontFor(TextRole::body));
    document.setMarkdown(markdown);
    QTextCursor cursor(&document);
    for (auto block = document.begin(); block.isValid(); block = block.next()) {
        cursor.setPosition(block.position());
        cursor.setBlockFormat(formatOf(block, theme));
        setType(cursor, block, theme);
    }
}

}  // namespace tenfold::app
