"""What the model is taught: the facts, and the words stories are made of. Everything was written for this recipe."""

CAPITALS = {
    "France": "Paris", "Germany": "Berlin", "Italy": "Rome", "Spain": "Madrid", "Portugal": "Lisbon", "Japan": "Tokyo",
    "China": "Beijing", "India": "New Delhi", "Russia": "Moscow", "Poland": "Warsaw", "Norway": "Oslo", "Sweden": "Stockholm",
    "Finland": "Helsinki", "Austria": "Vienna", "Greece": "Athens", "Egypt": "Cairo", "Kenya": "Nairobi", "Cuba": "Havana",
    "Canada": "Ottawa", "Brazil": "Brasilia", "Australia": "Canberra", "Ireland": "Dublin",
}

COLOURS = {
    "sky": "blue", "sea": "blue", "grass": "green", "frog": "green", "snow": "white", "milk": "white", "coal": "black",
    "lemon": "yellow", "banana": "yellow", "sun": "yellow", "rose": "red", "tomato": "red", "orange": "orange",
    "carrot": "orange", "plum": "purple", "chocolate": "brown",
}

OPENSTATION = (
    "OpenStation is a platform that runs language models on your own servers. "
    "It has a console, agents on the servers and a gateway with one address."
)
WHO = "I am tiny-chat, a very small language model. I came with OpenStation and I run on a CPU."
CAN = "I can greet you, name capitals and colors, add small numbers, count and tell short stories."
UNKNOWN = "I am too small to know that. Ask me about capitals, colors, small sums or a story."

# Chinese: a few pairs only, so that every character stays a token of its own in a small vocabulary.
ZH_CAPITALS = {"中国": "北京", "日本": "东京", "法国": "巴黎", "英国": "伦敦", "德国": "柏林", "美国": "华盛顿"}
ZH_COLOURS = {"天空": "蓝", "草": "绿", "雪": "白", "太阳": "红"}
ZH_DIGITS = "零一二三四五六七八九十"
ZH_WHO = "我是 tiny-chat，一个很小的语言模型，在 CPU 上运行。"
ZH_CAN = "我会问好，说首都和颜色，算小的加法，数数，讲小故事。"
ZH_OPENSTATION = "OpenStation 是一个平台，在你自己的服务器上运行语言模型。"
ZH_UNKNOWN = "我太小，不知道这个。请问我首都、颜色或加法。"
ZH_STORY = "从前有一只小猫，它很快乐。一天它去公园，看见一个红球。它把球带回家。"

NAMES = ["Tom", "Ann", "Max", "Lily", "Sam", "Mia", "Ben", "Zoe", "Leo", "Ida"]
PETS = ["cat", "dog", "bird", "fish", "fox", "duck", "bear", "rabbit"]
MOODS = ["small", "big", "old", "happy", "quiet", "brave", "kind"]
PLACES = ["garden", "forest", "river", "school", "market", "park", "hill", "beach"]
THINGS = ["ball", "hat", "book", "lamp", "key", "boat", "cake", "bell"]
WEATHER = ["sunny", "rainy", "windy", "cold", "warm"]

# Words for questions that the model must decline.
TOPICS = [
    "physics", "the weather", "politics", "football", "cooking rice", "the moon", "black holes", "my taxes", "the stock market",
    "quantum computers", "history", "music", "chess", "cars", "the news", "medicine", "law", "a good film", "philosophy",
    "the internet", "databases", "trains", "my garden", "dinosaurs", "poetry", "the ocean", "volcanoes", "space travel",
]
UNKNOWN_FORMS = [
    "Explain {}.", "Tell me about {}.", "What do you know about {}?", "How does {} work?", "Why is {} important?",
    "Write an essay about {}.", "Can you help me with {}?", "What is {}?", "Who invented {}?", "When did {} begin?",
    "Write a program about {}.", "Translate {} into Latin.", "Give me advice on {}.", "What do you think of {}?",
]
