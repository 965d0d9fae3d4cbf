#include "wx_error.h"

#include <limits.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include <arpa/inet.h>

#include "lang.h"

/* Where things are in mp.weixin.qq.com; one place, since the console moves them now and then. */
#define BASIC "mp.weixin.qq.com > Settings and Development > Basic configuration"
#define RIGHTS "mp.weixin.qq.com > Settings and Development > Interface permissions"
#define CARDS "mp.weixin.qq.com > Ads and Services > Cards"
#define NOTICES "the notification centre of mp.weixin.qq.com"
#define BASIC_ZH "mp.weixin.qq.com > 设置与开发 > 基本配置"
#define RIGHTS_ZH "mp.weixin.qq.com > 设置与开发 > 接口权限"
#define CARDS_ZH "mp.weixin.qq.com > 广告与服务 > 卡券功能"
#define NOTICES_ZH "mp.weixin.qq.com 的通知中心"
#define REPORT "Report it with the job's log: a correct Kaquan never sends this."
#define REPORT_ZH "请连同作业日志一起报告：正常的 Kaquan 不会发出这样的请求。"
#define FORM "on the template's form, then submit it again."
#define FORM_ZH "，然后重新提交。"
#define SHOP "Apply for it in " RIGHTS "; retry the job once it is granted."
#define SHOP_ZH "请在 " RIGHTS_ZH " 申请，获批后重试作业。"

/* clang-format off */
static const struct wx_rule rules[WX_CLASSES] = {
    /* class                            name           wait              seconds tries breaker stop host alert kind */
    [WX_OK]          = {WX_OK,          "ok",          WX_WAIT_NONE,       0, 1, 0, 0, false, false, ERR_NONE,        "WeChat did what was asked"},
    [WX_DONE]        = {WX_DONE,        "done",        WX_WAIT_NONE,       0, 1, 0, 0, false, false, ERR_INPUT,       "it may have been done before: its state is looked up, then it counts as success"},
    [WX_TRANSIENT]   = {WX_TRANSIENT,   "transient",   WX_WAIT_DOUBLE,    15, 3, 5, 5, false, false, ERR_UNAVAILABLE, "WeChat is busy or cannot be reached: tried again by itself, ever more slowly"},
    [WX_GARBAGE]     = {WX_GARBAGE,     "garbage",     WX_WAIT_DOUBLE,    15, 1, 3, 3, false, true,  ERR_PROTOCOL,    "an answer that is not WeChat's: a captive portal or a proxy is in the way"},
    [WX_TOKEN_STALE] = {WX_TOKEN_STALE, "token_stale", WX_WAIT_FIXED,     60, 1, 2, 0, false, true,  ERR_PERMISSION,  "the access_token is refused: fetched anew once and the call repeated once"},
    [WX_CONFIG]      = {WX_CONFIG,      "config",      WX_WAIT_FIXED,   3600, 1, 1, 0, false, true,  ERR_PERMISSION,  "appid, AppSecret or token mode are wrong: nothing is tried before they change, but for a probe every hour"},
    [WX_HOST]        = {WX_HOST,        "host",        WX_WAIT_FIXED,    600, 1, 0, 0, true,  true,  ERR_PERMISSION,  "this host's address is not whitelisted: other hosts take over, this one asks again later"},
    [WX_CONFIRM]     = {WX_CONFIRM,     "confirm",     WX_WAIT_FIXED,    600, 1, 0, 1, false, true,  ERR_PERMISSION,  "the account's administrator must confirm: asked again every 10 minutes"},
    [WX_QUOTA]       = {WX_QUOTA,       "quota",       WX_WAIT_DAY,      900, 1, 0, 1, false, true,  ERR_BUSY,        "the day's calls are used up: goes on after midnight in China"},
    [WX_MINUTE]      = {WX_MINUTE,      "minute",      WX_WAIT_MINUTE,    20, 1, 0, 1, false, false, ERR_BUSY,        "too many calls within a minute: goes on in the next one"},
    [WX_PERMISSION]  = {WX_PERMISSION,  "permission",  WX_WAIT_OPERATOR,   0, 1, 1, 1, false, true,  ERR_PERMISSION,  "the account may not do this: nothing is tried before an operator did something"},
    [WX_BAD_DATA]    = {WX_BAD_DATA,    "bad_data",    WX_WAIT_FIXED,   3600, 1, 1, 0, false, false, ERR_INPUT,       "what was sent is wrong: it is never repeated unchanged"},
    [WX_STOCK]       = {WX_STOCK,       "stock",       WX_WAIT_FIXED,   3600, 1, 0, 0, false, false, ERR_INPUT,       "stock and codes do not fit together: the counts are read again and an operator decides"},
    [WX_UNKNOWN]     = {WX_UNKNOWN,     "unknown",     WX_WAIT_FIXED,   3600, 1, 1, 0, false, true,  ERR_PROTOCOL,    "a number that is in no table: taken as a wrong configuration, probed every hour"},
};

/* WeChat's answers, by number; wechat-card-api.md section 23. */
static const struct wx_error errors[] = {
    {-1, WX_TRANSIENT, "WeChat is busy", "Wait: it is tried again by itself. If it lasts for an hour, look at " NOTICES ".",
     "微信系统繁忙", "请等待，系统会自动重试。持续一小时以上时，请查看 " NOTICES_ZH "。"},
    {0, WX_OK, "ok", "Nothing is to be done.", "成功", "无需处理。"},
    {40001, WX_TOKEN_STALE, "the access_token is invalid or not the latest", "Wait: it is fetched anew by itself. If it comes back, look for another system that fetches tokens of this account, and let it use stable_token.",
     "access_token 无效或不是最新", "请等待，系统会自动重新获取。反复出现时，请检查是否有其他系统也在获取该账号的 token，并让它改用 stable_token。"},
    {40002, WX_CONFIG, "the grant_type is wrong", REPORT,
     "grant_type 错误", REPORT_ZH},
    {40003, WX_BAD_DATA, "the openid is not known to this account", "Check that the backend passes openids of this account, not of another account or the mini program.",
     "openid 不属于该账号", "请检查业务后端传入的是该公众号的 openid，而不是其他账号或小程序的。"},
    {40005, WX_BAD_DATA, "the file type is not supported", "Upload the logo again as JPG or PNG.",
     "不支持的文件类型", "请将 logo 另存为 JPG 或 PNG 后重新上传。"},
    {40009, WX_BAD_DATA, "the picture is too big", "Make the picture smaller than 1 MB (300 x 300 pixels suffice) and upload it again.",
     "图片过大", "请将图片压缩到 1 MB 以内（300×300 像素即可）后重新上传。"},
    {40013, WX_CONFIG, "the appid is wrong", "Copy the appid from " BASIC " and correct it on the account's form.",
     "appid 错误", "请从 " BASIC_ZH " 复制 AppID，并在账号表单中更正。"},
    {40014, WX_TOKEN_STALE, "the access_token is malformed", "Wait: it is fetched anew by itself.",
     "access_token 不合法", "请等待，系统会自动重新获取。"},
    {40033, WX_BAD_DATA, "the text holds \\u escapes", REPORT,
     "请求含有 \\uXXXX 转义", REPORT_ZH},
    {40035, WX_BAD_DATA, "a parameter is wrong", "Open the job's log for the field that WeChat names and correct it " FORM,
     "参数不合法", "请在作业日志中查看微信指出的字段，在模板表单中更正" FORM_ZH},
    {40048, WX_BAD_DATA, "a URL is wrong", "Correct the links (they begin with https://) " FORM,
     "URL 不合法", "请更正模板表单中的链接（须以 https:// 开头）" FORM_ZH},
    {40053, WX_BAD_DATA, "the QR code's action is wrong", REPORT,
     "二维码 action 信息不合法", REPORT_ZH},
    {40056, WX_BAD_DATA, "the code is unknown, not claimed yet, or was given away", "Look the ticket up by its code. If it was added only seconds ago, try again in a minute; else ask the holder to open the card in the wallet.",
     "code 不存在、尚未领取或已转赠", "请按 code 查找门票。若刚刚领取，请一分钟后再试；否则请持票人在卡包中打开卡券核对。"},
    {40066, WX_CONFIG, "the path is not known", "Check the API base on the account's form: it is https://api.weixin.qq.com unless you rehearse.",
     "接口路径不存在", "请检查账号表单中的 API 地址：正式环境应为 https://api.weixin.qq.com。"},
    {40070, WX_BAD_DATA, "the stock's fields are wrong", "Correct the stock " FORM,
     "库存 sku 信息不合法", "请更正模板表单中的库存" FORM_ZH},
    {40071, WX_BAD_DATA, "the card type is wrong or no longer offered", "Choose another card type (SCENIC_TICKET or MEETING_TICKET) " FORM,
     "卡券类型不合法或已停用", "请在模板表单中改选其他卡券类型（景区门票或会议门票）" FORM_ZH},
    {40072, WX_BAD_DATA, "the code type or a shop's location is wrong", "Choose another way to show the code, or remove the locations, " FORM,
     "code 类型或门店 ID 不合法", "请在模板表单中改选 code 展示方式，或删除门店" FORM_ZH},
    {40073, WX_BAD_DATA, "the card id is wrong", "Check that the template belongs to this account and still exists in " CARDS ".",
     "card_id 不合法", "请确认模板属于该账号，且仍存在于 " CARDS_ZH "。"},
    {40075, WX_BAD_DATA, "the encrypted code is wrong", "Let the backend pass encrypt_code exactly as received: + / = must survive URL decoding.",
     "encrypt_code 不合法", "请让业务后端原样传递 encrypt_code：+ / = 不能在 URL 解码时丢失。"},
    {40076, WX_BAD_DATA, "the colour is wrong", "Choose one of the offered colours " FORM,
     "颜色不合法", "请在模板表单中选择列表中的颜色" FORM_ZH},
    {40078, WX_BAD_DATA, "the card's status does not allow it: under review, refused or deleted", "Wait for the review to end; if the template was refused, read the reason, correct it and submit it again.",
     "卡券状态不允许：审核中、未通过或已删除", "请等待审核结束；若未通过，请查看原因，修改后重新提交。"},
    {40079, WX_BAD_DATA, "the time is wrong", "Set an end in the future and behind the begin " FORM,
     "时间不合法", "请在模板表单中将结束时间设为晚于开始时间的将来时间" FORM_ZH},
    {40080, WX_BAD_DATA, "the cardExt is wrong", REPORT,
     "cardExt 不合法", REPORT_ZH},
    {40093, WX_BAD_DATA, "a part of the items failed", "Open the job's log for the items that WeChat lists, and repeat only those.",
     "部分条目失败", "请在作业日志中查看失败条目，仅重做这些条目。"},
    {40094, WX_CONFIG, "the credential is a third-party platform's", "Enter the account's own AppSecret, not a platform's: " BASIC ".",
     "第三方平台凭证不合法", "请填写该账号自己的 AppSecret，而不是第三方平台的：" BASIC_ZH "。"},
    {40097, WX_BAD_DATA, "an argument is wrong", "Open the job's log for the field that WeChat names and correct it " FORM,
     "参数错误", "请在作业日志中查看微信指出的字段，在模板表单中更正" FORM_ZH},
    {40098, WX_BAD_DATA, "the shop's poi id is wrong", "Remove the location or choose one of this account " FORM,
     "poi_id 不合法", "请在模板表单中删除门店或改选该账号的门店" FORM_ZH},
    {40099, WX_DONE, "the code is consumed already", "Nothing, if the first try timed out; else the ticket was used: look at its entries.",
     "code 已被核销", "若首次请求超时，则无需处理；否则该门票已使用，请查看其入场记录。"},
    {40100, WX_BAD_DATA, "the period may only be widened", "Set a begin no later and an end no earlier than before, of the same type, " FORM,
     "有效期只能扩大", "请在模板表单中保持类型不变，开始不晚于、结束不早于原时间" FORM_ZH},
    {40101, WX_BAD_DATA, "a parameter is missing", "Fill in what is marked as required " FORM,
     "缺少参数", "请填写模板表单中的必填项" FORM_ZH},
    {40107, WX_BAD_DATA, "the card must be approved and have a location", "Wait for the review to end; if it is approved, add a location " FORM,
     "卡券须审核通过且有门店", "请等待审核通过；若已通过，请在模板表单中添加门店" FORM_ZH},
    {40109, WX_BAD_DATA, "more than 100 codes in one call", REPORT,
     "一次超过 100 个 code", REPORT_ZH},
    {40110, WX_BAD_DATA, "an empty code", "Remove the empty lines from the file of codes and import it again.",
     "存在空 code", "请删除 code 文件中的空行后重新导入。"},
    {40111, WX_BAD_DATA, "the same code twice", "Remove the duplicates from the file of codes and import it again.",
     "存在重复 code", "请删除 code 文件中的重复项后重新导入。"},
    {40112, WX_BAD_DATA, "bind_openid cannot be set for this card", "Switch \"bind to openid\" off " FORM,
     "该卡券不能指定用户", "请在模板表单中关闭“指定用户领取”" FORM_ZH},
    {40116, WX_BAD_DATA, "the code is wrong", "Remove codes with special characters or more than 20 characters from the file and import it again.",
     "code 不合法", "请删除文件中含特殊字符或超过 20 个字符的 code 后重新导入。"},
    {40122, WX_STOCK, "the quantity is wrong", "Compare stock, deposited codes and claimed tickets on the template's page, then set a stock between 1 and 100,000,000.",
     "库存数量不合法", "请在模板页面核对库存、已导入 code 和已领门票，再将库存设为 1 到 100000000 之间。"},
    {40124, WX_BAD_DATA, "too many custom fields", "Remove some of the custom fields " FORM,
     "自定义字段过多", "请在模板表单中删减自定义字段" FORM_ZH},
    {40125, WX_CONFIG, "the AppSecret is wrong", "Copy the AppSecret from " BASIC " (Reset shows a new one) and enter it on the account's form.",
     "AppSecret 错误", "请从 " BASIC_ZH " 获取 AppSecret（点“重置”可查看新值），并在账号表单中填写。"},
    {40127, WX_BAD_DATA, "the user's card is deleted, expired, being gifted or void", "Look at the ticket's events. While it is being gifted, wait until the gift is accepted or comes back after 24 hours.",
     "用户卡券已删除、过期、转赠中或已失效", "请查看门票的事件。若在转赠中，请等待对方领取或 24 小时后退回。"},
    {40131, WX_TRANSIENT, "too many QR codes at the moment", "Wait: it is tried again by itself.",
     "二维码数量超限", "请等待，系统会自动重试。"},
    {40135, WX_BAD_DATA, "bonus points cannot be switched off again", "Leave bonus points switched on " FORM,
     "积分不能关闭", "请在模板表单中保持积分开启" FORM_ZH},
    {40136, WX_STOCK, "the stock does not fit the number of deposited codes", "Deposit the missing codes first (pool import), then set the stock to the number of deposited codes.",
     "库存与已导入 code 数不符", "请先导入缺少的 code（pool import），再将库存设为已导入的数量。"},
    {40137, WX_BAD_DATA, "the picture's format is not supported", "Save the picture as JPG or PNG and upload it again.",
     "图片格式不支持", "请将图片另存为 JPG 或 PNG 后重新上传。"},
    {40139, WX_PERMISSION, "the sub merchant is wrong", "Check the sub merchant in " CARDS " > Sub merchants.",
     "子商户 ID 不合法", "请在 " CARDS_ZH " > 子商户 中检查。"},
    {40140, WX_PERMISSION, "the sub merchant is not active", "Wait until the sub merchant is approved in " CARDS " > Sub merchants.",
     "子商户状态不合法", "请等待 " CARDS_ZH " > 子商户 审核通过。"},
    {40141, WX_BAD_DATA, "a picture's URL is not WeChat's", "Upload the logo again on the template's form: only addresses that WeChat gave for an upload are accepted.",
     "图片 URL 不是微信的", "请在模板表单中重新上传 logo：只接受微信上传接口返回的地址。"},
    {40142, WX_BAD_DATA, "a parameter of friends' cards is wrong", "Leave the fields of friends' cards empty " FORM,
     "朋友的券参数不合法", "请在模板表单中清空朋友的券相关字段" FORM_ZH},
    {40143, WX_BAD_DATA, "the least cost should be 0", "Set the least cost to 0 " FORM,
     "起用金额应为 0", "请在模板表单中将起用金额设为 0" FORM_ZH},
    {40144, WX_BAD_DATA, "a parameter of friends' cards is wrong", "Leave the fields of friends' cards empty " FORM,
     "朋友的券参数不合法", "请在模板表单中清空朋友的券相关字段" FORM_ZH},
    {40145, WX_BAD_DATA, "the payment button conflicts with the middle button", "Remove one of the two buttons " FORM,
     "支付按钮与中间按钮冲突", "请在模板表单中删除其中一个按钮" FORM_ZH},
    {40146, WX_BAD_DATA, "the code is reserved by another user", "Wait until the other user's reservation ends, then try again.",
     "code 已被其他用户占用", "请等待其他用户的占用结束后再试。"},
    {40147, WX_BAD_DATA, "the time lies outside of the card's period", "Consume the ticket within its period, or widen the period of the template.",
     "核销时间不在有效期内", "请在有效期内核销，或扩大模板的有效期。"},
    {40148, WX_BAD_DATA, "a parameter of friends' cards is wrong", "Leave the fields of friends' cards empty " FORM,
     "朋友的券参数不合法", "请在模板表单中清空朋友的券相关字段" FORM_ZH},
    {40149, WX_BAD_DATA, "the time limit is wrong", "Correct the days and hours of use " FORM,
     "可用时段不合法", "请更正模板表单中的可用时段" FORM_ZH},
    {40150, WX_BAD_DATA, "a field of the card is wrong", "Open the job's log for the field that WeChat names and correct it " FORM,
     "卡券参数不合法", "请在作业日志中查看微信指出的字段，在模板表单中更正" FORM_ZH},
    {40151, WX_BAD_DATA, "text or picture did not pass the content filter", "Change the wording of title, notice and description or the picture " FORM,
     "文字或图片未通过内容审核", "请在模板表单中修改标题、提醒、说明的措辞或更换图片" FORM_ZH},
    {40153, WX_BAD_DATA, "a parameter of friends' cards is wrong", "Leave the fields of friends' cards empty " FORM,
     "朋友的券参数不合法", "请在模板表单中清空朋友的券相关字段" FORM_ZH},
    {40158, WX_BAD_DATA, "this kind of card cannot have own codes", "Choose the code mode \"wechat\" " FORM,
     "该类卡券不能自定义 code", "请在模板表单中将 code 模式改为“wechat”" FORM_ZH},
    {40164, WX_HOST, "this host's address is not on the IP whitelist", "Add the address shown to " BASIC " > IP whitelist of this very account; the administrator confirms by scanning. It works after about a minute.",
     "本机 IP 不在白名单中", "请将所示地址加入该账号的 " BASIC_ZH " > IP白名单，由管理员扫码确认，约一分钟后生效。"},
    {40165, WX_BAD_DATA, "the mini program's path is wrong", "Correct the mini program's page path (no leading slash) " FORM,
     "小程序路径不合法", "请更正模板表单中的小程序页面路径（不以 / 开头）" FORM_ZH},
    {40166, WX_PERMISSION, "the mini program's appid is wrong", "Correct the mini program's gh_... id on the template's form, then submit it again.",
     "小程序 appid 不合法", "请在模板表单中更正小程序的 gh_ 原始 ID，然后重新提交。"},
    {40168, WX_PERMISSION, "the mini program is not linked with the account", "Link it in mp.weixin.qq.com > Ads and Services > Mini program management, then submit the template again.",
     "小程序未与公众号关联", "请在 mp.weixin.qq.com > 广告与服务 > 小程序管理 中关联，然后重新提交模板。"},
    {40201, WX_CONFIG, "no callback URL is set", "Set the server URL in " BASIC " > Server configuration.",
     "未配置回调 URL", "请在 " BASIC_ZH " > 服务器配置 中填写 URL。"},
    {40202, WX_BAD_DATA, "the action of the callback check is wrong", REPORT,
     "callback/check 的 action 不合法", REPORT_ZH},
    {40203, WX_BAD_DATA, "the operator of the callback check is wrong", REPORT,
     "callback/check 的运营商不合法", REPORT_ZH},
    {40243, WX_CONFIG, "the AppSecret is frozen", "Unfreeze it in " BASIC " > AppSecret; it works after about 10 minutes, then choose \"try again\" on the account's page.",
     "AppSecret 已冻结", "请在 " BASIC_ZH " > AppSecret 中解冻，约 10 分钟后生效，再在账号页面选择“重试”。"},
    {41001, WX_TOKEN_STALE, "the access_token is missing", "Wait: it is fetched anew by itself. If it comes back, report it with the job's log.",
     "缺少 access_token", "请等待，系统会自动重新获取。反复出现时请连同作业日志一起报告。"},
    {41002, WX_CONFIG, "the appid is missing", "Enter the appid on the account's form.",
     "缺少 appid", "请在账号表单中填写 AppID。"},
    {41004, WX_CONFIG, "the AppSecret is missing", "Enter the AppSecret on the account's form.",
     "缺少 AppSecret", "请在账号表单中填写 AppSecret。"},
    {41005, WX_BAD_DATA, "the picture is missing", "Choose the logo's file again and upload it.",
     "缺少媒体文件", "请重新选择 logo 文件并上传。"},
    {41011, WX_BAD_DATA, "required fields are missing", "Fill in what is marked as required " FORM,
     "缺少必填字段", "请填写模板表单中的必填项" FORM_ZH},
    {41012, WX_BAD_DATA, "the card id is missing", REPORT,
     "缺少 card_id", REPORT_ZH},
    {41013, WX_BAD_DATA, "the code is missing", REPORT,
     "缺少 code", REPORT_ZH},
    {41014, WX_BAD_DATA, "the ticket class is missing", "Fill in the ticket class " FORM,
     "缺少票类型 ticket_class", "请填写模板表单中的票类型" FORM_ZH},
    {41015, WX_BAD_DATA, "the show time is missing", "Fill in the show time " FORM,
     "缺少放映时间 show_time", "请填写模板表单中的时间" FORM_ZH},
    {41016, WX_BAD_DATA, "the screening room is missing", "Fill in the screening room " FORM,
     "缺少影厅 screening_room", "请填写模板表单中的影厅" FORM_ZH},
    {41017, WX_BAD_DATA, "the seat number is missing", "Fill in the seat number " FORM,
     "缺少座位号 seat_number", "请填写模板表单中的座位号" FORM_ZH},
    {41026, WX_BAD_DATA, "the list of pictures or their text is empty", "Add a picture with a text, or remove the list, " FORM,
     "图文列表为空", "请在模板表单中添加图文或删除该列表" FORM_ZH},
    {42001, WX_TOKEN_STALE, "the access_token has expired", "Wait: it is fetched anew by itself.",
     "access_token 已过期", "请等待，系统会自动重新获取。"},
    {43001, WX_CONFIG, "GET is required", REPORT,
     "需要 GET 请求", REPORT_ZH},
    {43002, WX_CONFIG, "POST is required", REPORT,
     "需要 POST 请求", REPORT_ZH},
    {43003, WX_CONFIG, "HTTPS is required", "Set the API base on the account's form to https://api.weixin.qq.com.",
     "需要 HTTPS", "请将账号表单中的 API 地址改为 https://api.weixin.qq.com。"},
    {43008, WX_PERMISSION, "WeChat Pay's permission is needed", SHOP,
     "需要微信支付权限", SHOP_ZH},
    {43009, WX_PERMISSION, "the account may not use own codes", "Apply for own codes (custom code) in " CARDS " > Permissions, or choose the code mode \"wechat\".",
     "账号没有自定义 code 权限", "请在 " CARDS_ZH " > 权限 中申请自定义 code，或将 code 模式改为“wechat”。"},
    {43010, WX_PERMISSION, "the account may not use balances", SHOP,
     "账号没有储值权限", SHOP_ZH},
    {43011, WX_PERMISSION, "the account may not use bonus points", SHOP,
     "账号没有积分权限", SHOP_ZH},
    {43012, WX_PERMISSION, "the account may not use own URLs", "Remove the own links " FORM " Or apply for them in " RIGHTS ".",
     "账号没有自定义 URL 权限", "请在模板表单中删除自定义链接" FORM_ZH "也可在 " RIGHTS_ZH " 申请。"},
    {43015, WX_PERMISSION, "it needs WeChat's authorisation", SHOP,
     "需要微信授权", SHOP_ZH},
    {43017, WX_BAD_DATA, "a location is required", "Add a location " FORM,
     "需要门店 ID", "请在模板表单中添加门店" FORM_ZH},
    {43018, WX_BAD_DATA, "the code is not reserved", "Reserve the code first (code/mark), then consume it.",
     "code 未被占用", "请先占用该 code（code/mark），再核销。"},
    {44002, WX_BAD_DATA, "the request is empty", REPORT,
     "请求体为空", REPORT_ZH},
    {45009, WX_QUOTA, "the day's calls of this interface are used up", "Wait until midnight in China; or, if it cannot wait: kaquan-worker quota reset ACCOUNT (10 times a month).",
     "当日接口调用次数已用完", "请等到北京时间零点；若不能等待，请运行 kaquan-worker quota reset ACCOUNT（每月 10 次，ACCOUNT 为账号的键）。"},
    {45011, WX_MINUTE, "too many calls within a minute", "Wait: it goes on in the next minute by itself.",
     "调用过于频繁", "请等待，下一分钟会自动继续。"},
    {45021, WX_BAD_DATA, "a text is too long", "Shorten the text that is marked (WeChat counts bytes: a Chinese character is 3) " FORM,
     "文字过长", "请缩短模板表单中标出的文字（微信按字节计算，一个汉字 3 字节）" FORM_ZH},
    {45029, WX_PERMISSION, "no more QR codes may be made", "Delete QR codes that are not needed in " CARDS ".",
     "二维码数量达到上限", "请在 " CARDS_ZH " 中删除不用的二维码。"},
    {45030, WX_BAD_DATA, "this card cannot be used for that", "Check that the template belongs to this account and its kind supports this.",
     "该 card_id 不可用于此功能", "请确认模板属于该账号且其类型支持此功能。"},
    {45031, WX_STOCK, "the stock is used up", "Raise the stock on the template's page (deposit mode: deposit codes first).",
     "库存不足", "请在模板页面增加库存（导入 code 模式须先导入 code）。"},
    {45033, WX_BAD_DATA, "this user has as many cards as one may get", "Raise \"cards a user may get\" of the template if the user should get more.",
     "该用户领取数量已达上限", "若需允许更多，请提高模板的“每人领取上限”。"},
    {45035, WX_HOST, "this host's address is not registered", "Add this host's public address to " BASIC " > IP whitelist; the administrator confirms by scanning.",
     "本机 IP 未登记", "请将本机公网地址加入 " BASIC_ZH " > IP白名单，由管理员扫码确认。"},
    {45039, WX_BAD_DATA, "the list of cards is too long", REPORT,
     "card_list 过长", REPORT_ZH},
    {45040, WX_QUOTA, "the month's calls are used up", "Wait until the next month, or ask for more calls in " RIGHTS ".",
     "当月调用次数已用完", "请等到下个月，或在 " RIGHTS_ZH " 申请提高次数。"},
    {45041, WX_STOCK, "the card's total stock is reached", "Make a further template for the tickets beyond this stock.",
     "卡券总库存达到上限", "请为超出部分另建模板。"},
    {45042, WX_BAD_DATA, "this card type is not for sub merchants", "Choose another card type, or remove the sub merchant, " FORM,
     "该卡券类型不支持子商户", "请在模板表单中改选卡券类型或删除子商户" FORM_ZH},
    {45043, WX_BAD_DATA, "sharing with friends needs pictures", "Add pictures, or switch sharing with friends off, " FORM,
     "朋友共享须有图片", "请在模板表单中添加图片或关闭朋友共享" FORM_ZH},
    {45044, WX_BAD_DATA, "the icon's size is wrong", "Upload an icon of the size WeChat names (300 x 300 pixels).",
     "图标尺寸不合法", "请按微信要求的尺寸（300×300 像素）重新上传图标。"},
    {45046, WX_BAD_DATA, "two buttons conflict", "Remove one of the two buttons " FORM,
     "按钮设置冲突", "请在模板表单中删除其中一个按钮" FORM_ZH},
    {45061, WX_MINUTE, "this was changed only just now", "Wait: it goes on in the next minute by itself.",
     "更新过于频繁", "请等待，下一分钟会自动继续。"},
    {45095, WX_STOCK, "the stock belongs to an advertisement", "Change this stock in mp.weixin.qq.com > Ads and Services > Advertiser, not here.",
     "广告批次的库存不能修改", "请在 mp.weixin.qq.com > 广告与服务 > 广告主 中修改该库存。"},
    {45160, WX_PERMISSION, "an account of this category may not create cards", "Change the category in mp.weixin.qq.com > Settings and Development > Account settings, or ask WeChat's support.",
     "账号类目不能创建卡券", "请在 mp.weixin.qq.com > 设置与开发 > 公众号设置 中修改类目，或咨询微信客服。"},
    {47001, WX_BAD_DATA, "WeChat cannot read the request, or does not know a field of it", "Open the job's log: WeChat quotes what stands behind the field. Remove or correct that field " FORM,
     "请求格式错误或含未知字段", "请在作业日志中查看微信引用的位置，在模板表单中删除或更正该字段" FORM_ZH},
    {47002, WX_BAD_DATA, "the text holds \\u escapes", REPORT,
     "请求含有 unicode 转义", REPORT_ZH},
    {48001, WX_PERMISSION, "the account is not authorised for this interface", "See in " RIGHTS " whether cards are granted; the account must be verified. Then choose \"try again\" on the account's page.",
     "账号未获得该接口权限", "请在 " RIGHTS_ZH " 查看卡券权限是否已获得（账号须已认证），再在账号页面选择“重试”。"},
    {48004, WX_PERMISSION, "the interface is banned for this account", "Read the reason in " NOTICES " and appeal there; then choose \"try again\" on the account's page.",
     "该账号的接口已被封禁", "请在 " NOTICES_ZH " 查看原因并申诉，之后在账号页面选择“重试”。"},
    {48006, WX_QUOTA, "the month's 10 clearings of quotas are used up", "Wait until midnight in China for the day's calls; clearing works again next month.",
     "本月 10 次清空额度已用完", "请等到北京时间零点恢复当日次数；清空功能下月恢复。"},
    {48009, WX_PERMISSION, "WeChat has switched this interface off", "Look for a newer version of Kaquan that does without it.",
     "该接口已下线", "请升级到不再使用该接口的 Kaquan 版本。"},
    {50001, WX_PERMISSION, "the user has not authorised this interface", "Check the authorisation in " RIGHTS ".",
     "用户未授权该接口", "请在 " RIGHTS_ZH " 检查授权。"},
    {50002, WX_PERMISSION, "the user or account is restricted", "Read the reason in " NOTICES " and appeal there; then choose \"try again\" on the account's page.",
     "用户或账号受限", "请在 " NOTICES_ZH " 查看原因并申诉，之后在账号页面选择“重试”。"},
    {50004, WX_PERMISSION, "the account may not use access_tokens", "Read the reason in " NOTICES " and appeal there; then choose \"try again\" on the account's page.",
     "账号被禁止使用 token", "请在 " NOTICES_ZH " 查看原因并申诉，之后在账号页面选择“重试”。"},
    {50005, WX_PERMISSION, "the user does not follow the account", "Ask the user to follow the account, then try again.",
     "用户未关注公众号", "请让用户先关注公众号再试。"},
    {50007, WX_PERMISSION, "the account is frozen", "Unfreeze it by the notice in " NOTICES "; then choose \"try again\" on the account's page.",
     "账号已冻结", "请按 " NOTICES_ZH " 的通知解冻，之后在账号页面选择“重试”。"},
    {61004, WX_HOST, "this host's address is not registered, or the interface is not authorised", "If an address is shown, add it to " BASIC " > IP whitelist; if none is, check " RIGHTS ".",
     "本机 IP 未登记，或接口未授权", "若显示了地址，请将其加入 " BASIC_ZH " > IP白名单；否则请检查 " RIGHTS_ZH "。"},
    {61007, WX_PERMISSION, "the interface is not granted to the third-party platform", "Withdraw the platform's authorisation or extend it: mp.weixin.qq.com > Settings and Development > Account settings > Authorisation.",
     "接口未授权给第三方平台", "请在 mp.weixin.qq.com > 设置与开发 > 公众号设置 > 授权管理 中取消或扩大授权。"},
    {61024, WX_PERMISSION, "a third-party platform's account fetches its token elsewhere", "Enter the official account's own appid and AppSecret, not a platform's: " BASIC ".",
     "第三方平台账号须用专用接口获取 token", "请填写公众号自己的 AppID 和 AppSecret，而不是第三方平台的：" BASIC_ZH "。"},
    {61450, WX_TRANSIENT, "WeChat has an internal error", "Wait: it is tried again by itself.",
     "微信系统错误", "请等待，系统会自动重试。"},
    {61451, WX_BAD_DATA, "a parameter is wrong", REPORT,
     "参数错误", REPORT_ZH},
    {61500, WX_BAD_DATA, "the date's format is wrong", REPORT,
     "日期格式错误", REPORT_ZH},
    {61501, WX_BAD_DATA, "the range of dates is wrong", "Choose a shorter range that ends before today.",
     "日期范围错误", "请选择更短的、截止到昨天的范围。"},
    {61503, WX_TRANSIENT, "the statistics are not ready yet", "Wait: yesterday's numbers come after 8 o'clock in China.",
     "数据尚未生成", "请等待：昨日数据在北京时间 8 点后生成。"},
    {72007, WX_BAD_DATA, "the reduction is less than 1 yuan", "Set a reduction of at least 1.00 yuan " FORM,
     "减免金额小于 1 元", "请在模板表单中将减免金额设为至少 1 元" FORM_ZH},
    {72008, WX_BAD_DATA, "the least cost is wrong", "Set the least cost above the reduction " FORM,
     "起用金额不合法", "请在模板表单中将起用金额设为高于减免金额" FORM_ZH},
    {72009, WX_BAD_DATA, "a user may get at most 50 cards", "Set \"cards a user may get\" to at most 50 " FORM,
     "每人领取上限超过 50", "请在模板表单中将每人领取上限设为不超过 50" FORM_ZH},
    {72016, WX_PERMISSION, "the account may not make member cards", "Choose a ticket type " FORM " Or apply for member cards in " CARDS " > Permissions.",
     "账号没有会员卡权限", "请在模板表单中改选门票类型" FORM_ZH "也可在 " CARDS_ZH " > 权限 中申请。"},
    {72021, WX_PERMISSION, "the account may not make gift cards", "Choose a ticket type " FORM " Or apply for gift cards in " CARDS " > Permissions.",
     "账号没有礼品卡权限", "请在模板表单中改选门票类型" FORM_ZH "也可在 " CARDS_ZH " > 权限 中申请。"},
    {76001, WX_BAD_DATA, "the request id is not found", "Look it up within 7 days, with the account that made the call.",
     "rid 不存在", "请在 7 天内用发起调用的账号查询。"},
    {76002, WX_BAD_DATA, "the request id is malformed", "Copy the whole rid, three groups of 8 digits, from the job's log.",
     "rid 格式错误", "请从作业日志完整复制 rid（三组 8 位）。"},
    {76003, WX_BAD_DATA, "the request id is another account's", "Look it up with the account that made the call.",
     "rid 属于其他账号", "请用发起调用的账号查询。"},
    {76021, WX_BAD_DATA, "WeChat does not know this interface's path", REPORT,
     "cgi_path 不存在", REPORT_ZH},
    {76022, WX_BAD_DATA, "the quota of this interface may not be looked at", "Look at it in " RIGHTS " instead.",
     "无权查询该接口的额度", "请改在 " RIGHTS_ZH " 查看。"},
    {89501, WX_CONFIRM, "a request to the administrator is still waiting", "Let the account's administrator confirm the message in WeChat.",
     "已有待管理员确认的请求", "请让该账号的管理员在微信中确认消息。"},
    {89502, WX_CONFIRM, "WeChat waits for the administrator", "Let the account's administrator confirm the message in WeChat.",
     "等待管理员确认", "请让该账号的管理员在微信中确认消息。"},
    {89503, WX_CONFIRM, "the administrator must confirm calls from this address", "Let the account's administrator confirm the message in WeChat; calls go on from the same address afterwards.",
     "此 IP 的调用须管理员确认", "请让该账号的管理员在微信中确认消息，之后从同一 IP 自动继续。"},
    {89504, WX_CONFIRM, "WeChat waits for the administrator", "Let the account's administrator confirm the message in WeChat.",
     "等待管理员确认", "请让该账号的管理员在微信中确认消息。"},
    {89505, WX_CONFIRM, "WeChat waits for the administrator", "Let the account's administrator confirm the message in WeChat.",
     "等待管理员确认", "请让该账号的管理员在微信中确认消息。"},
    {89506, WX_HOST, "the administrator refused this address twice: blocked for 24 hours", "Ask the administrator why, wait 24 hours, and let the next message be confirmed; or let another host do the work.",
     "管理员两次拒绝此 IP，24 小时内禁止调用", "请向管理员了解原因，24 小时后确认下一条消息；也可由其他主机承担。"},
    {89507, WX_HOST, "the administrator refused this address: blocked for 1 hour", "Ask the administrator why, wait an hour, and let the next message be confirmed; or let another host do the work.",
     "管理员拒绝了此 IP，1 小时内禁止调用", "请向管理员了解原因，1 小时后确认下一条消息；也可由其他主机承担。"},
};

/* What the same numbers mean at a token endpoint: nobody sent an access_token there. */
static const struct wx_error at_token[] = {
    {40001, WX_CONFIG, "the AppSecret is wrong, or the token mode is", "Copy the AppSecret from " BASIC " (Reset shows a new one) and enter it on the account's form; leave the token mode on \"stable\".",
     "AppSecret 错误，或 token 模式不对", "请从 " BASIC_ZH " 获取 AppSecret（点“重置”可查看新值）并在账号表单中填写；token 模式请保持“stable”。"},
    {40014, WX_GARBAGE, "a token endpoint that asks for a token", "Check the API base on the account's form and any proxy in between.",
     "token 接口返回了不合理的答复", "请检查账号表单中的 API 地址以及中间的代理。"},
    {41001, WX_GARBAGE, "a token endpoint that asks for a token", "Check the API base on the account's form and any proxy in between.",
     "token 接口返回了不合理的答复", "请检查账号表单中的 API 地址以及中间的代理。"},
    {42001, WX_GARBAGE, "a token endpoint that asks for a token", "Check the API base on the account's form and any proxy in between.",
     "token 接口返回了不合理的答复", "请检查账号表单中的 API 地址以及中间的代理。"},
};

/* Waits that belong to a number, not to its class. */
static const struct {
    int errcode;
    double seconds;
} own_waits[] = {
    {89506, 24 * 3600},
    {89507, 3600},
};
/* clang-format on */

const struct wx_rule *wx_rule(enum wx_class class) {
    return &rules[class < WX_CLASSES ? class : WX_UNKNOWN];
}

enum wx_class wx_class_named(const char *name) {
    for (size_t i = 0; i < WX_CLASSES; i++)
        if (strcmp(rules[i].name, name) == 0)
            return rules[i].class;
    return WX_UNKNOWN;
}

/* In one piece for those who list them; the special rows come last. */
const struct wx_error *wx_errors(size_t *count, size_t *special) {
    static struct wx_error all[ARRAY_LEN(errors) + ARRAY_LEN(at_token)];
    memcpy(all, errors, sizeof errors);
    memcpy(all + ARRAY_LEN(errors), at_token, sizeof at_token);
    *count = ARRAY_LEN(all);
    *special = ARRAY_LEN(at_token);
    return all;
}

static const struct wx_error *find_in(const struct wx_error *rows, size_t count, int errcode) {
    for (size_t i = 0; i < count; i++)
        if (rows[i].errcode == errcode)
            return &rows[i];
    return NULL;
}

const struct wx_error *wx_error_find(int errcode) {
    return find_in(errors, ARRAY_LEN(errors), errcode);
}

const struct wx_error *wx_error_at(enum wx_group group, int errcode) {
    const struct wx_error *special = group == WX_TOKENS ? find_in(at_token, ARRAY_LEN(at_token), errcode) : NULL;
    return special != NULL ? special : wx_error_find(errcode);
}

const char *wx_error_meaning(const struct wx_error *row) {
    return lang_is_chinese() ? row->meaning_zh : row->meaning;
}

const char *wx_error_cure(const struct wx_error *row) {
    return lang_is_chinese() ? row->cure_zh : row->cure;
}

enum wx_class wx_classify(enum wx_group group, int errcode) {
    const struct wx_error *row = wx_error_at(group, errcode);
    return row == NULL ? WX_UNKNOWN : row->class;
}

/* --- how long to wait --- */

static double wait_fixed(const struct wx_rule *rule, int errcode) {
    for (size_t i = 0; i < ARRAY_LEN(own_waits); i++)
        if (own_waits[i].errcode == errcode)
            return own_waits[i].seconds;
    return rule->seconds;
}

static double wait_double(double base, int streak, double chance) {
    static const double cap = 900;
    double wait = ldexp(base, streak < 0 ? 0 : streak > 30 ? 30 : streak);
    return fmin(wait, cap) * (0.5 + chance / 2);
}

/* To the end of a period that began `ahead` seconds before the Unix one. */
static double rest_of(double period, double ahead, double now) {
    double into = fmod(now + ahead, period);
    return period - (into < 0 ? into + period : into);
}

double wx_wait(enum wx_class class, int errcode, int streak, double chance, double now) {
    static const double china = 8 * 3600;
    const struct wx_rule *rule = wx_rule(class);
    switch (rule->wait) {
    case WX_WAIT_DOUBLE:
        return wait_double(rule->seconds, streak, chance);
    case WX_WAIT_FIXED:
        return wait_fixed(rule, errcode);
    case WX_WAIT_MINUTE:
        return rest_of(60, 0, now) + rule->seconds * chance;
    case WX_WAIT_DAY:
        return rest_of(86400, china, now) + rule->seconds * chance;
    case WX_WAIT_OPERATOR:
        return (double)INFINITY;
    case WX_WAIT_NONE:
    default:
        return 0;
    }
}

/* --- which address WeChat saw --- */

/* The word behind `mark`, up to a space or comma. */
static bool word_behind(const char *text, const char *mark, char *word, size_t size) {
    const char *found = strstr(text, mark);
    size_t len;
    if (found == NULL)
        return false;
    found += strlen(mark);
    found += strspn(found, " ");
    len = strcspn(found, " ,");
    if (len == 0 || len >= size)
        return false;
    memcpy(word, found, len);
    word[len] = '\0';
    return true;
}

static bool read_address(const char *word, char address[WX_ADDRESS_SIZE]) {
    struct in6_addr six;
    struct in_addr four;
    if (inet_pton(AF_INET, word, &four) == 1)
        return inet_ntop(AF_INET, &four, address, WX_ADDRESS_SIZE) != NULL;
    if (inet_pton(AF_INET6, word, &six) != 1)
        return false;
    if (IN6_IS_ADDR_V4MAPPED(&six))
        return inet_ntop(AF_INET, &six.s6_addr[12], address, WX_ADDRESS_SIZE) != NULL;
    return inet_ntop(AF_INET6, &six, address, WX_ADDRESS_SIZE) != NULL;
}

bool wx_address_of(const char *errmsg, char address[WX_ADDRESS_SIZE]) {
    static const char *const marks[] = {"invalid ip ", "requestIP:", " ipv6 "};
    char word[64];
    for (size_t i = 0; i < ARRAY_LEN(marks); i++)
        if (word_behind(errmsg, marks[i], word, sizeof word) && read_address(word, address))
            return true;
    address[0] = '\0';
    return false;
}
