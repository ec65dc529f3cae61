"""How descriptions write units, bounds and what is measured, in four languages.

A row has a meaning, and the words for it, separated by ``|``; ``*`` is any ending. The
languages are English, Chinese, Japanese and Russian, those of published descriptions.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from types import MappingProxyType
from typing import NamedTuple

from runcomfy_runtime.media.format_table import BY_EXTENSION

from .word_tags import Tag

Rows = tuple[tuple[str, str], ...]

_UNITS = (
    ("ms", "ms | msec | millisecond* | 毫秒 | ミリ秒 | мс | миллисекунд*"),
    ("s", "s | sec | secs | second | seconds | 秒 | 秒钟 | 秒間 | с | сек | секунд*"),
    ("min", "min | mins | minute | minutes | 分钟 | 分鐘 | 分 | 分間 | мин | минут*"),
    ("h", "h | hr | hrs | hour | hours | 小时 | 小時 | 時間 | час | часа | часов"),
    ("B", "b | byte | bytes | 字节 | バイト | байт*"),
    ("KB", "kb | kilobyte* | кб | килобайт*"),
    ("MB", "mb | mbs | megabyte* | мб | мегабайт* | 兆字节 | メガバイト"),
    ("M", "m | м"),
    ("GB", "gb | gigabyte* | гб | гигабайт*"),
    ("KiB", "kib | kibibyte* | киб"),
    ("MiB", "mib | mebibyte* | миб"),
    ("GiB", "gib | gibibyte* | гиб"),
    ("px", "px | pixel | pixels | 像素 | 画素 | ピクセル | пикс | пикселей | пиксел*"),
    ("MP", "mp | mpx | megapixel* | 百万像素 | メガピクセル | мегапиксел* | мп"),
    (
        "fps",
        "fps | frames per second | frame per second | 帧每秒 | 帧 / 秒 | кадров в секунду",
    ),
    ("frame", "frame | frames | 帧 | フレーム | кадр | кадра | кадров"),
    (
        "character",
        "character | characters | char | chars | 字符 | 个字符 | 個字符 | 字 | 个字 "
        "| 文字 | символ* | знаков | знака",
    ),
    (
        "word",
        "word | words | token | tokens | line | lines | sentence | sentences | syllable* "
        "| 单词 | 词 | トークン | 単語 | слов | слова | токен* | kbps | khz | hz | dpi",
    ),
)

_NOUNS = (
    (
        "image",
        "image | images | photo | photos | picture | pictures | img | 图 | 图片 | 图像 "
        "| 参考图 | 画像 | 枚 | 张 | изображени* | картин* | фото",
    ),
    (
        "video",
        "video | videos | clip | clips | footage | 视频 | 動画 | ビデオ | видео | ролик*",
    ),
    (
        "audio",
        "audio | audios | sound | sounds | song | songs | voice | voices | track | tracks "
        "| recording | recordings | 音频 | 音声 | オーディオ | аудио | звук*",
    ),
    (
        "",
        "file | files | item | items | reference | references | url | urls | element "
        "| elements | entry | entries | asset | assets | input | inputs | sample | samples "
        "| upload | uploads | attachment | attachments | link | links | 个 | 個 | 段 | 条 "
        "| 本 | 件 | 点 | つ | 文件 | ファイル | файл* | ссыл* | элемент*",
    ),
)

_BOUNDS = (
    (
        "<=",
        "≤ | <= | ⩽ | =< | up to | at most | max | maximum | maximum of | limit | limits "
        "| limited to | limit of | within | maximal | upper limit | cap | capped at "
        "| as many as | 最多 | 至多 | 最大 | 最长 | 最長 | 上限 | 最高 | 最大で | максимум "
        "| максимальн* | не выше | в пределах",
    ),
    (
        ">=",
        "≥ | >= | ⩾ | => | at least | min | minimum | minimum of | a minimum of | minimal "
        "| lower limit | 至少 | 最少 | 最小 | 最短 | 最低 | 少なくとも | минимум "
        "| минимальн* | как минимум | не ниже",
    ),
    (
        "<",
        "< | under | less than | fewer than | below | shorter than | smaller than "
        "| lower than | lighter than | 小于 | 低于 | 少于 | 不到 | 短于 | менее | меньше "
        "| короче",
    ),
    (
        ">",
        "> | over | more than | above | longer than | larger than | greater than "
        "| bigger than | higher than | exceed | exceeds | exceeding | beyond | 超过 | 超過 "
        "| 大于 | 高于 | 多于 | 长于 | более | больше | превыша* | превысит* | длиннее",
    ),
    ("==", "exactly | precisely | ровно | 恰好"),
)

_AFTER = (
    (
        "<=",
        "or less | or fewer | or under | or below | or shorter | or smaller | or lower "
        "| max | maximum | at most | at maximum | tops | 以下 | 以内 | 以內 | まで "
        "| или меньше | или менее",
    ),
    (
        ">=",
        "or more | or above | or longer | or larger | or greater | or higher | or over "
        "| minimum | at least | at minimum | 以上 | или больше | или более",
    ),
    ("<", "未満 | 未满"),
    (">", "超"),
)

_SUBJECTS = (
    (
        "seconds",
        "duration | durations | length | lengths | runtime | long | 时长 | 長さ | 再生時間 "
        "| 时间 | длительност* | продолжительност* | длин*",
    ),
    (
        "megabytes",
        "file size | filesize | file sizes | size | sizes | weight | 大小 | 文件大小 "
        "| サイズ | ファイルサイズ | размер* | размер файла | объем* | объём*",
    ),
    (
        "ratio",
        "aspect ratio | aspect ratios | aspect | width height ratio | ratio | 宽高比 "
        "| 长宽比 | 縦横比 | アスペクト比 | соотношен* сторон",
    ),
    (
        "long ratio",
        "ratio of long side to short side | ratio of the long side to the short side "
        "| ratio of longer side to shorter side "
        "| ratio of the longer side to the shorter side",
    ),
    ("fps", "frame rate | framerate | 帧率 | フレームレート | частот* кадров"),
    ("megapixels", "pixel count | total pixels | total pixel count | number of pixels"),
    (
        "value",
        "range | ranges | value | values | valid values | allowed values | 取值范围 "
        "| 范围 | 範囲 | диапазон* | значени*",
    ),
    ("count", "number | count | quantity | amount | 数量 | 枚数 | количеств* | числ*"),
)

_SIDES = (
    ("width", "width | widths | wide | 宽 | 宽度 | 幅 | ширин*"),
    ("height", "height | heights | tall | high | 高 | 高度 | 高さ | высот*"),
    (
        "both",
        "side | sides | each side | per side | every side | both sides | edge | edges "
        "| each edge | per edge | dimension | dimensions | width and height "
        "| height and width | width or height | width / height | each dimension "
        "| either side | either dimension | both dimensions | either edge | any side | all sides | resolution | resolutions | 宽和高 | 宽高 "
        "| 边长 | 每边 | 各辺 | 一辺 | 幅と高さ | 分辨率 | 解像度 | ширин* и высот* "
        "| кажд* сторон* | сторон* | разрешени*",
    ),
    (
        "short",
        "short side | shorter side | shortest side | short edge | shorter edge "
        "| shortest edge | smaller side | smallest side | shorter dimension "
        "| smallest dimension | 短边 | 最短边 | 短辺 | коротк* сторон*",
    ),
    (
        "long",
        "long side | longer side | longest side | long edge | longer edge | longest edge "
        "| larger side | largest side | longer dimension | largest dimension | 长边 "
        "| 最长边 | 長辺 | длинн* сторон*",
    ),
)

_SCRIPTS = (
    ("han", "chinese | hanzi | 中文 | 汉字 | 个汉字 | 漢字 | китайск*"),
    ("not han", "non chinese | 非中文 | некитайск*"),
    ("hangul", "hangul | korean"),
    ("latin", "latin"),
    ("cyrillic", "cyrillic"),
    ("?", "english | japanese | ascii | unicode | 英文 | 英文字符 | английск*"),
)

FORMAT_WORDS: Mapping[str, str] = MappingProxyType(
    {
        **{word: row.name for word, row in BY_EXTENSION.items()},
        "jpe": "jpeg",
        "jfif": "jpeg",
        "quicktime": "mov",
        "oga": "ogg",
        "ogg_opus": "ogg",
        "matroska": "mkv",
        "wave": "wav",
        "apng": "png",
        # No prober of ours reads these, so a limit that lists them without naming them
        # refuses none of them.
        "pcm": "",
        "aiff": "",
        "aif": "",
        "wma": "",
        "wmv": "",
        "flv": "",
        "amr": "",
    }
)
"""Every word for a format, and its name in the table of formats; empty if that has none."""

MEASURE_WORDS: Mapping[Tag, Rows] = MappingProxyType(
    {
        Tag.UNIT: _UNITS,
        Tag.NOUN: _NOUNS,
        Tag.BOUND: _BOUNDS,
        Tag.AFTER: _AFTER,
        Tag.SUBJECT: _SUBJECTS,
        Tag.SIDE: _SIDES,
        Tag.SCRIPT: _SCRIPTS,
        Tag.FORMAT: tuple((name, word) for word, name in FORMAT_WORDS.items()),
    }
)
"""The rows by what their words are in the grammar."""


class UnitMeaning(NamedTuple):
    """What a unit measures, and how many of the rule language's unit it is."""

    family: str
    factor: Fraction = Fraction(1)


_KIBI = Fraction(1, 2**10)
UNITS: Mapping[str, UnitMeaning] = MappingProxyType(
    {
        "ms": UnitMeaning("seconds", Fraction(1, 1000)),
        "s": UnitMeaning("seconds"),
        "min": UnitMeaning("seconds", Fraction(60)),
        "h": UnitMeaning("seconds", Fraction(3600)),
        "B": UnitMeaning("mebibytes", Fraction(1, 2**20)),
        "KB": UnitMeaning("megabytes", Fraction(1, 1000)),
        "MB": UnitMeaning("megabytes"),
        "M": UnitMeaning("letter"),
        # A gigabyte may be 1024 megabytes; the larger one refuses less.
        "GB": UnitMeaning("megabytes", Fraction(1024)),
        "KiB": UnitMeaning("mebibytes", _KIBI),
        "MiB": UnitMeaning("mebibytes"),
        "GiB": UnitMeaning("mebibytes", Fraction(2**10)),
        "px": UnitMeaning("pixels"),
        "MP": UnitMeaning("megapixels"),
        "fps": UnitMeaning("fps"),
        "frame": UnitMeaning("frames"),
        "character": UnitMeaning("characters"),
        "word": UnitMeaning("unmeasured"),
    }
)
"""Every unit by the meaning that the lexicon gives it."""
