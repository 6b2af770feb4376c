"""What the page itself says, in the reader's language."""

from collections.abc import Mapping

from starlette.datastructures import Headers

Words = Mapping[str, str]

CHINESE = "zh-CN"
ENGLISH = "en"

WORDS: Mapping[str, Words] = {
    CHINESE: {
        "title": "ETF资金流助手",
        "demo": "演示数据",
        "demo_hint": "页面上的行情与资金数据为演示用途，并非真实数据",
        "online": "已连接",
        "offline": "未连接",
        "lost": "连接已断开，正在自动重连……",
        "log": "聊天记录",
        "empty": "还没有消息。点一个命令，或直接输入基金代码试试。",
        "older": "查看更早的消息",
        "today": "今天",
        "yesterday": "昨天",
        "me": "我",
        "unfold": "展开{n}行",
        "fold": "收起",
        "table": "表格，可左右滚动",
        "unread": "{n}条新消息",
        "latest": "回到最新消息",
        "typing": "正在回复",
        "commands": "全部命令",
        "quick": "常用命令",
        "input": "消息",
        "placeholder": "发消息，或输入 / 选命令",
        "send": "发送",
        "unsent": "发送失败：连不上服务，请稍后再试。",
        "failed": "出错了：这次没有得到回复，请稍后再试。",
        "not_ready": "服务正在启动，请稍后再发。",
        "too_long": "消息太长：最多{most}字，现在有{n}字。",
        "too_big": "消息太长：最多{most}字。",
        "too_fast": "发得太快了，请{n}秒后再试。",
        "blank": "请先输入内容。",
        "unreadable": "无法读取这条消息。",
        "no_script": "这个页面需要启用 JavaScript。",
    },
    ENGLISH: {
        "title": "ETF Flow Assistant",
        "demo": "Demo data",
        "demo_hint": "Prices and flows on this page are for demonstration and not real",
        "online": "Connected",
        "offline": "Not connected",
        "lost": "Connection lost, trying again…",
        "log": "Chat",
        "empty": "No messages yet. Pick a command, or type a fund code.",
        "older": "Earlier messages",
        "today": "Today",
        "yesterday": "Yesterday",
        "me": "Me",
        "unfold": "Show {n} lines",
        "fold": "Hide",
        "table": "Table, scrolls sideways",
        "unread": "New messages: {n}",
        "latest": "To the latest message",
        "typing": "Replying",
        "commands": "All commands",
        "quick": "Quick commands",
        "input": "Message",
        "placeholder": "Message, or / for commands",
        "send": "Send",
        "unsent": "Not sent: the service cannot be reached. Please try again later.",
        "failed": "Something went wrong and there is no reply. Please try again later.",
        "not_ready": "The service is starting. Please send again in a moment.",
        "too_long": "Too long: {most} characters at most, yours has {n}.",
        "too_big": "Too long: {most} characters at most.",
        "too_fast": "Too fast. Please try again in {n} s.",
        "blank": "Please type something first.",
        "unreadable": "This message cannot be read.",
        "no_script": "This page needs JavaScript.",
    },
}


def client_languages(headers: Headers) -> list[str]:
    """The browser's languages in the order it sends them, which is that of preference."""
    tags = (part.partition(";")[0].strip() for part in headers.get("accept-language", "").split(","))
    return [tag for tag in tags if tag]


def page_language(headers: Headers) -> str:
    """English where the browser names it before Chinese, else Chinese."""
    for tag in client_languages(headers):
        main = tag.lower().partition("-")[0]
        if main in ("zh", "en"):
            return CHINESE if main == "zh" else ENGLISH
    return CHINESE
