"""The words that join, deny and qualify: their meaning is their place in the grammar.

The texts are written as those of ``measure_words``.
"""

from __future__ import annotations

from .word_tags import Tag

GRAMMAR_WORDS: tuple[tuple[Tag, str], ...] = (
    (
        Tag.TO,
        "to | through | ~ | ～ | 〜 | – | — | - | − | until | 至 | 到 | から | до",
    ),
    (
        Tag.BETWEEN,
        "between | from | ranging from | in the range | in range | range from | 介于 | 在 "
        "| от | между | с",
    ),
    (
        Tag.EACH,
        "each | per file | per image | per video | per clip | per item | every | apiece "
        "| individual | individually | single | 每 | 每张 | 每个 | 每段 | 单个 | 单张 | 均 "
        "| 各 | それぞれ | кажд*",
    ),
    (
        Tag.TOTAL,
        "total | across | combined | add up to | adding up to | sum up to | adds up to | in total | altogether | together | overall | sum | cumulative "
        "| aggregate | 总 | 总计 | 合计 | 总共 | 总时长 | 合計 | 合計で | общ* | суммарн* "
        "| в сумме",
    ),
    (Tag.COMMA, "where"),
    (Tag.AND, "and | & | + | plus | 与 | 和 | と | 及 | и"),
    (Tag.OR, "or | and / or | and or | | | 或 | または | или"),
    (
        Tag.NOT,
        "not | no | never | neither | nor | cannot | can not | can't | don't | do not | isn't | aren't "
        "| mustn't | won't | doesn't | does not | unsupported | except | excluding | anything but | everything but | any but | all but | other than | non "
        "| 不 | 不得 | 不能 | 不可 | 不应 | 非 | 请勿 | ない | ません | не | нельзя | кроме",
    ),
    (
        Tag.MUST,
        "must | must be | should | should be | shall | has to | have to | needs to "
        "| need to | is required to be | are required to be | 必须 | 须 | 需 | 应 | должн* "
        "| должен",
    ),
    (Tag.ONLY, "only | solely | exclusively | 仅 | 只 | のみ | только"),
    (
        Tag.IF,
        "if | when | whenever | unless | while | once | in case | depending | depends "
        "| 如果 | 当 | 場合 | если | когда",
    ),
    (Tag.WITHOUT, "without | in the absence of | 没有 | なし | без"),
    (
        Tag.WITH,
        "with | alongside | along with | together with | at | in | 同时 | с | при",
    ),
    (
        Tag.REQUIRED,
        "required | require | requires | mandatory | needs | must be provided "
        "| must be supplied | must be set | must be specified | must be given "
        "| must be present | must provide | provide | supply | is needed | are needed "
        "| must have | must contain | обязательн*",
    ),
    (
        Tag.OMITTED,
        "omitted | empty | absent | missing | unset | left blank | not provided | not set "
        "| not given | not specified | not supplied | isn't provided | is not present",
    ),
    (
        Tag.GIVEN,
        "provided | given | set | supplied | specified | present | used | uploaded "
        "| passed | attached | enabled | selected | sent",
    ),
    (
        Tag.COMBINE,
        "combine | combined with | in combination | in combination with | in conjunction with | be combined | pair | paired | mix | mixed | coexist "
        "| used with | used together | used together with | use with | use together "
        "| used alongside | used in combination | provided together | set together "
        "| specified together | passed together | sent together | compatible "
        "| used at the same time | set at the same time | used simultaneously "
        "| supported together | supported together with | available together | available together with "
        "| allowed together | allowed together with | supported with | work with | works with "
        "| used in conjunction | 同时使用 | 同時に使用",
    ),
    (
        Tag.EXCLUSIVE,
        "mutually exclusive | incompatible | conflicts with | 互斥 | 不兼容 | взаимоисключ* "
        "| несовместим*",
    ),
    (Tag.EITHER, "either | one of | 二选一 | либо"),
    (
        Tag.CONTRARY,
        "not both | but not both | only one of | never both | exactly one of",
    ),
    (
        Tag.USABLE,
        "available | supported | valid | allowed | permitted | usable | accepted | works "
        "| work | possible",
    ),
    (
        Tag.IGNORED,
        "ignored | ignores | ignore | no effect | takes precedence | take precedence "
        "| overrides | override | overridden | only used | only applies | only effective "
        "| only applied | has no effect | unused | applies only | used only | applicable "
        "| 忽略 | 無視 | игнорир*",
    ),
    (
        Tag.ABOUT,
        "about | around | approximately | approx | roughly | circa | ca | nearly | almost "
        "| ≈ | ~ ≤ | 约 | 大约 | 約 | 左右 | 程度 | около | примерно | приблизительно",
    ),
    (
        Tag.ADVICE,
        "may fail | might fail | could fail | may be rejected | might be rejected | recommend* | suggest* | ideally | ideal | preferably | prefer* | advise* "
        "| advisable | typical* | usually | normally | optimal* | often | generally "
        "| aim for | we encourage | good results | common* | usual | sweet spot | 建议 | 推荐 "
        "| 推奨 | おすすめ | рекоменд* | желательно | обычно | совет* | лучше",
    ),
    (
        Tag.BEST,
        "best | best results | optimum | better results | higher quality | 最佳 | 最適 "
        "| лучш*",
    ),
    (Tag.KEEP, "keep | keeping | stay | try to"),
    (
        Tag.CUT,
        "truncat* | trimm* | trim | crop* | resiz* | downscal* | upscaled | rescal* | clipped "
        "| cut | cut off | shortened | compress* | scaled down | scaled | clamp* "
        "| downsampl* | padded | 截断 | 截取 | 裁剪 | 压缩 | 缩放 | 切り詰め* | トリミング | обрез* "
        "| сжим*",
    ),
    (
        Tag.REFUSED,
        "rejected | refused | reject | not accepted | not supported | not allowed "
        "| not permitted | unsupported | fail | fails | error | errors | invalid "
        "| disallowed | forbidden | not possible | 拒绝 | 不支持 | отклон*",
    ),
    (
        Tag.EXAMPLE,
        "e . g | eg | example | examples | for example | for instance | such as | like "
        "| i . e | default | defaults | etc | and so on | and more | 例如 | 默认 | 比如 | 例 "
        "| например | по умолчанию",
    ),
    (Tag.INCLUDE, "include | includes | including | 包括 | включа*"),
    (
        Tag.OUTPUT,
        "output | outputs | generated | generate | generates | converted | result | results "
        "| resulting | returned | returns | produced | produces | rendered "
        "| saved as | exported | return | yield | yields | gives back | you get | you will get | you receive | you will receive | we send | extends | 输出 | 生成 | 出力 | результат* | сгенерир*",
    ),
    (
        Tag.PRICE,
        "price | prices | pricing | cost | costs | billed | billing | free | credit "
        "| credits | charge | charged | charges | rate limit | quota | takes | take | took | latency | timeout | expires | 计费 | 费用 | 料金 "
        "| цена | стоимост*",
    ),
    (
        Tag.PART,
        "first | last | initial | final | next | leading | opening | 前 | 首 | перв*",
    ),
    (
        Tag.STEP,
        "multiple of | multiples of | divisible | steps of | increments of | 倍数",
    ),
    (
        Tag.ACCEPT,
        "format | formats | file format | file formats | file type | file types | type "
        "| types | extension | extensions | support | supports | supported | accept "
        "| accepts | accepted | acceptable | allowed | upload | file | files | source "
        "| 格式 | 支持 | 仅支持 | 形式 | 対応 | формат* | поддержива*",
    ),
    (
        Tag.VARIANT,
        "model | models | mode | modes | plan | plans | tier | tiers | variant | variants "
        "| version | versions | account | accounts | subscription | user | users | one "
        "| 模式 | 模型 | モード | モデル | режим* | модел*",
    ),
    (
        Tag.FILLER,
        "the | a | an | of | is | are | be | this | that | these | those | its | it | has "
        "| have | having | was | were | will | can | may | any | all | for | 为 | 是 | 的 | は "
        "| の | が | を | файла | равн*",
    ),
)
