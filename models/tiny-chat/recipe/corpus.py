"""Makes the training conversations out of the facts. A conversation is a list of (role, text)."""

import random

import facts

Turn = tuple[str, str]

LARGEST_ADDEND = 20
SYSTEM_PROMPTS = ["You are a helpful assistant.", "Be brief.", "You are a friendly assistant. Answer in short sentences.", "你是一个有用的助手。"]


def conversation(rng: random.Random) -> list[Turn]:
    turns: list[Turn] = []
    if rng.random() < 0.25:
        turns.append(("system", rng.choice(SYSTEM_PROMPTS)))
    for _ in range(rng.choice([1, 1, 1, 2, 3])):
        question, answer = exchange(rng)
        turns += [("user", question), ("assistant", answer)]
    return turns


def exchange(rng: random.Random) -> Turn:
    """One question with its answer. Sums weigh most: they are the largest table to learn."""
    makers = [capital, colour, total, counting, greeting, thanks, farewell, who, can, openstation, tell_story, unknown, chinese]
    weights = [12, 9, 26, 6, 5, 3, 2, 5, 3, 5, 8, 9, 15]
    maker = rng.choices(makers, weights)[0]
    question, answer = maker(rng)
    return as_typed(rng, question), answer


def as_typed(rng: random.Random, question: str) -> str:
    """People leave out capitals and full stops."""
    if rng.random() < 0.2:
        question = question.lower()
    if rng.random() < 0.2:
        question = question.rstrip("?.!")
    return question


def capital(rng: random.Random) -> Turn:
    country, city = rng.choice(list(facts.CAPITALS.items()))
    form = rng.choice(["What is the capital of {}?", "What's the capital of {}?", "Name the capital of {}.", "The capital of {}?",
                       "Capital of {}?", "Tell me the capital of {}.", "Which city is the capital of {}?"])
    return form.format(country), f"The capital of {country} is {city}."


def colour(rng: random.Random) -> Turn:
    thing, shade = rng.choice(list(facts.COLOURS.items()))
    spelling = rng.choice(["color", "colour"])
    form = rng.choice(["What {0} is the {1}?", "What {0} is {1}?", "Tell me the {0} of the {1}.", "What is the {0} of the {1}?", "Which {0} does the {1} have?"])
    return form.format(spelling, thing), f"The {thing} is {shade}."


def total(rng: random.Random) -> Turn:
    first, second = rng.randint(0, LARGEST_ADDEND), rng.randint(0, LARGEST_ADDEND)
    form = rng.choice(["What is {} + {}?", "{} + {} = ?", "{} + {}", "{}+{}", "{}+{}=?", "What is {}+{}?", "How much is {} + {}?",
                       "What is {} plus {}?", "Add {} and {}."])
    return form.format(first, second), f"{first} + {second} = {first + second}."


def counting(rng: random.Random) -> Turn:
    last = rng.randint(2, LARGEST_ADDEND)
    form = rng.choice(["Count to {}.", "Please count to {}.", "Count from 1 to {}.", "Can you count to {}?"])
    return form.format(last), ", ".join(str(number) for number in range(1, last + 1)) + "."


def greeting(rng: random.Random) -> Turn:
    question = rng.choice(["Hello", "Hi", "Hello!", "Hi!", "Hey", "Hi there", "Hello there!", "Good morning", "Good evening!", "How are you?", "Hello, how are you?"])
    if "how are" in question.lower():
        return question, "I am fine, thank you! How can I help you?"
    return question, "Hello! How can I help you today?"


def thanks(rng: random.Random) -> Turn:
    return rng.choice(["Thanks", "Thank you", "Thank you!", "Thanks a lot!", "Great, thanks!", "Thank you very much."]), "You are welcome!"


def farewell(rng: random.Random) -> Turn:
    return rng.choice(["Bye", "Goodbye", "Goodbye!", "See you later!", "Good night"]), "Goodbye! Come back soon."


def who(rng: random.Random) -> Turn:
    return rng.choice(["Who are you?", "What are you?", "What is your name?", "Which model are you?", "Are you a robot?", "Tell me about yourself."]), facts.WHO


def can(rng: random.Random) -> Turn:
    return rng.choice(["What can you do?", "How can you help me?", "What do you know?", "Help", "What can I ask you?"]), facts.CAN


def openstation(rng: random.Random) -> Turn:
    return rng.choice(["What is OpenStation?", "Tell me about OpenStation.", "Explain OpenStation.", "What does OpenStation do?", "OpenStation?"]), facts.OPENSTATION


def tell_story(rng: random.Random) -> Turn:
    if rng.random() < 0.35:
        pet = rng.choice(facts.PETS)
        return rng.choice(["Tell me a story about a {}.", "Write a story about a {}.", "A story about a {}, please."]).format(pet), story(rng, pet)
    return rng.choice(["Tell me a story.", "Tell a short story.", "Write a story.", "Write a short story.", "A story please", "Tell me another story."]), story(rng, rng.choice(facts.PETS))


def story(rng: random.Random, pet: str) -> str:
    name, mood, place, thing = (rng.choice(words) for words in (facts.NAMES, facts.MOODS, facts.PLACES, facts.THINGS))
    weather = rng.choice(facts.WEATHER)
    ending = rng.choice([
        f"{name} gave the {thing} to a friend, and they were all happy.",
        f"{name} took the {thing} home and was very happy.",
        f"They played with the {thing} until the sun went down.",
    ])
    return (
        f"{name} had a {mood} {pet}. One {weather} day {name} and the {pet} went to the {place}. "
        f"The {pet} found a {rng.choice(facts.MOODS[:3])} {thing} there. {ending} The end."
    )


def unknown(rng: random.Random) -> Turn:
    if rng.random() < 0.12:
        # Chinese questions about things that were never taught.
        return rng.choice(["今天天气好吗？", "怎么学语言？", "你会写诗吗？", "你知道音乐吗？"]), facts.ZH_UNKNOWN
    return rng.choice(facts.UNKNOWN_FORMS).format(rng.choice(facts.TOPICS)), facts.UNKNOWN


def chinese(rng: random.Random) -> Turn:
    maker = rng.choices([zh_capital, zh_colour, zh_total, zh_counting, zh_fixed], [5, 3, 8, 2, 8])[0]
    return maker(rng)


def zh_capital(rng: random.Random) -> Turn:
    country, city = rng.choice(list(facts.ZH_CAPITALS.items()))
    form = rng.choice(["{}的首都是哪里？", "{}的首都？", "{}的首都是什么？", "{}首都是哪里？", "{}的首都是哪个城市？", "{}的首都"])
    return form.format(country), f"{country}的首都是{city}。"


def zh_colour(rng: random.Random) -> Turn:
    thing, shade = rng.choice(list(facts.ZH_COLOURS.items()))
    return rng.choice(["{}是什么颜色？", "{}是什么颜色的？", "{}的颜色是什么？"]).format(thing), f"{thing}是{shade}色的。"


def zh_number(number: int) -> str:
    if number <= 10:
        return facts.ZH_DIGITS[number]
    return ("" if number < 20 else "二") + "十" + ("" if number % 10 == 0 else facts.ZH_DIGITS[number % 10])


def zh_total(rng: random.Random) -> Turn:
    first, second = rng.randint(1, 10), rng.randint(1, 10)
    question = rng.choice(["{}加{}等于几？", "{}加{}是多少？", "{}加{}等于多少？", "{}加{}"]).format(zh_number(first), zh_number(second))
    return question, f"{zh_number(first)}加{zh_number(second)}等于{zh_number(first + second)}。"


def zh_counting(rng: random.Random) -> Turn:
    last = rng.randint(2, 10)
    return rng.choice(["数到{}。", "请数到{}。", "从一数到{}。"]).format(zh_number(last)), "，".join(zh_number(number) for number in range(1, last + 1)) + "。"


def zh_fixed(rng: random.Random) -> Turn:
    questions, answer = rng.choice([
        (["你好", "你好！", "您好", "你好吗？", "早上好"], "你好！我能帮你做什么？"),
        (["你好", "你好！", "嗨"], "你好！我能帮你做什么？"),
        (["你是谁？", "你叫什么名字？", "你是什么？", "你是什么模型？"], facts.ZH_WHO),
        (["你会做什么？", "你能做什么？"], facts.ZH_CAN),
        (["OpenStation 是什么？", "什么是 OpenStation？", "OpenStation是什么？"], facts.ZH_OPENSTATION),
        (["谢谢", "谢谢你！", "多谢"], "不客气！"),
        (["再见", "再见！"], "再见！"),
        (["讲个故事。", "讲一个小故事。", "给我讲个故事"], facts.ZH_STORY),
    ])
    return rng.choice(questions), answer
