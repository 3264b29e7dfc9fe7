"""Prompts that no call is seen to reach, and texts that are none."""

from __future__ import annotations

import pytest

from linked import project
from promptlint.project import Evidence, Role

ASK = '"You must answer in one word and never guess."'
DOC = '"""Looks up the weather of a city for today and tomorrow."""'


def evidence(source: str) -> list[Evidence]:
    return [prompt.evidence for prompt in project(source).prompts]


def texts(source: str | None = None, /, **files: str) -> set[str]:
    return {prompt.template.text for prompt in project(source, **files).prompts}


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        ('SYSTEM_PROMPT = "You are a helpful assistant that answers in one word."', Evidence.NAMED),
        ('PROMPTS = {"route": "Decide which team should get the ticket."}', Evidence.NAMED),
        (
            'class PromptWriter:\n    def style(self, x):\n        return f"You are a bot that was sent a text: {x}"',
            Evidence.NAMED,
        ),
        ('RETRY_PROMPT = "Invalid answer: it has to be one of the labels that were listed."', Evidence.NAMED),
        ('class RoutePrompt:\n    examples = ["The printer on floor two is broken again."]', Evidence.NAMED),
        ('def build_prompt(x):\n    return f"Summarize the following text for a busy reader: {x}"', Evidence.NAMED),
        ('DEFAULT_RUBRICS = {"score1": "The response is entirely off the point."}', Evidence.NAMED),
        ('class Buyer(Role):\n    goal: str = "find the cheapest offer of all shops"', Evidence.NAMED),
        ('Agent(goal="find the cheapest offer of all shops")', Evidence.NAMED),
        ('bot.ask(text, system_msgs=["The sequence is drawn as a diagram."])', Evidence.NAMED),
        (
            'Node(instruction="Say why", examples=["Because the printer on floor two is broken again."])',
            Evidence.NAMED,
        ),
        (
            'reply["content"] = "x"\nmessage["content"] = "Please look at the picture that I sent before."',
            Evidence.NAMED,
        ),
        ('@bot.system_prompt\ndef rules(ctx):\n    return "The customer is called by the first name."', Evidence.NAMED),
        ('m = {"role": "system", "content": "You are the one who knows it all."}', Evidence.FRAMEWORK),
        ('text = "The one who knows it all."\nm = {"role": "user", "content": text}', Evidence.FRAMEWORK),
        ('text = "The one who knows it all."\nm = [("system", text)]', Evidence.FRAMEWORK),
        (
            't = {"name": "f", "description": "Looks up the weather of a city today", "parameters": {}}',
            Evidence.FRAMEWORK,
        ),
        (
            'import dspy\nclass W(dspy.Signature):\n    city = dspy.InputField(desc="The city that is looked up now")',
            Evidence.FRAMEWORK,
        ),
        ('# promptlint: prompt\nTEXT = "Some words that nothing else shows to be one"', Evidence.DECLARED),
        ('SystemPrompt = str\nTEXT: SystemPrompt = "Some words that nothing else shows to be one"', Evidence.DECLARED),
        (
            "from pydantic import BaseModel, Field\n"
            'class Out(BaseModel):\n    x: str = Field(description="the reason why this was chosen at all")\n'
            "ask(response_model=Out)",
            Evidence.FRAMEWORK,
        ),
    ],
)
def test_prompts_by_evidence(source: str, kind: Evidence) -> None:
    assert evidence(source) == [kind]


@pytest.mark.parametrize(
    "source",
    [
        'log.info("You are about to delete all of the prompt files in here")',
        'raise ValueError("The prompt must be a string and you must not leave it empty")',
        'parser.add_argument("--prompt", help="The prompt that you want to send to the model")',
        '@click.option("--prompt", help="The prompt that you want to send to the model")\ndef main(prompt): pass',
        'PROMPT_SQL = "SELECT name, text FROM prompts WHERE id = 1 AND deleted = 0"',
        'HTML_TEMPLATE = "<html><body>You must return to the page that you came from</body></html>"',
        'body += "<br>You must always return to the page that the assistant came from"',
        'def prompt():\n    """You are reading the docstring of an ordinary function here."""',
        'ERROR_TEMPLATE = "You should always check the answer before you return it"',
        'TITLE = "The quick brown fox jumps over the lazy dog"',
        'm = {"role": "admin", "content": "The page that this person may edit freely"}',
        'class Out(BaseModel):\n    x: str = Field(description="the reason why this was chosen at all")',
        '@app.get("/", response_model=Out)\ndef get(): pass\n'
        'class Out(BaseModel):\n    x: str = Field(description="the reason why this was chosen at all")',
        'prompt = "Which of the files should be taken out of it? "\nanswer = input(prompt)',
        'def ask():\n    return "Which of the files should be taken out of it? "\nprompt = ask()\ninput(prompt)',
        f"prompt_message = {ASK}\nraise ValueError(prompt_message)",
        f"system_text = {ASK}\ncursor.execute(system_text)",
        f"examples = {ASK}\nrows = json.loads(examples)",
        f"template = {ASK}\nsettings = yaml.safe_load(template)",
        f"prompt_form = {ASK}\nfound = re.compile(prompt_form)",
        f"PROMPT = {ASK}\nprogram = ast.literal_eval(PROMPT)",
        'st.markdown("You are an administrator, so please make sure to read the instructions below.")',
        'console.print("You are an administrator, so please make sure to read the instructions below.")',
        'RichTextComponent(content="You are an administrator, so please make sure to read the instructions below.")',
        'prompt = "Please enter your API key for the service: "',
        'content = "# Usage\\n\\nYou must always install the package before you run it."\npath.write_text(content)',
        'FAIL_RESPONSE_PROMPT = "Sorry, I am not able to answer the question that you asked."',
        'output = "See the tool below, you can always use it. Please note that the user must read it."',
        'FastAPI(description="You can ask the assistant questions here, and must always be logged in")',
        'expected = "You are a helpful assistant and must answer in one word."',
        "class Metric:\n    async def score(self):\n"
        '        return Result(reason="Invalid input: the answer and the response must be strings")',
        "class RateLimitError(Exception):\n"
        '    def __init__(self, message="The limit is reached. Please try again later.") -> None: ...',
        "class MissingError(ImportError):\n    def __init__(self, name):\n"
        '        help_preamble = "If you want to use it, please install it with the others."\n'
        '        super().__init__(f"There is no {name}." + help_preamble)',
        "content = \"# You must run this example as it is\\nprint('Please answer the question in one word')\"",
        'class TestShop:\n    answer = "You are a helpful assistant and must answer in one word."',
    ],
)
def test_other_texts_are_not_prompts(source: str) -> None:
    assert evidence(source) == []


@pytest.mark.parametrize(
    "source",
    [
        f"from langchain_core.tools import tool\n@tool\ndef weather(city): {DOC}",
        f"@agent.tool_plain(retries=2)\ndef weather(city): {DOC}",
        f"@mcp.tool()\nasync def weather(city): {DOC}",
        f"@function_tool\ndef weather(city): {DOC}",
        f'@kernel_function(name="weather")\ndef weather(city): {DOC}',
        f"@register_tool(tags=[1])\nclass Weather:\n    def city(self, name): {DOC}\n    def _url(self): {DOC}",
        f"@register_tool(include_functions=['city'])\nclass Weather:\n"
        f"    def city(self): {DOC}\n    def all(self): {DOC}",
        f"def weather(city): {DOC}\nAgent(tools=[weather])",
        f"class Weather(Toolkit):\n    def __init__(self):\n        super().__init__(tools=[self.city])\n"
        f"    def city(self, name): {DOC}",
        f"def weather(city): {DOC}\ntool = FunctionTool.from_defaults(fn=weather)",
        f"def weather(city): {DOC}\nclient.generate(config=Config(tools=[weather]))",
        "import inspect\nclass Weather:\n"
        f"    def city(self): {DOC}\n"
        "class Box:\n"
        "    def __init__(self):\n        self.weather = Weather()\n"
        "    def tools(self):\n        return [self.weather]\n"
        "    def describe_all(self):\n"
        "        return [self._tool_text(one) for one in self.tools()] + [self._tool_text(self.weather)]\n"
        "    def _tool_text(self, tool):\n"
        "        return [method.__doc__ for name, method in inspect.getmembers(tool)]\n",
        f"import dspy\nclass Weather(dspy.Signature):\n    {DOC}\n    city = dspy.InputField()",
        f"import ell\n@ell.simple(model='m')\ndef weather(city):\n    {DOC}\n    return city",
        f"class Weather(BaseModel):\n    {DOC}\n    city: str\nask(response_format=Weather)",
    ],
)
def test_descriptions_of_what_is_handed_to_a_model(source: str) -> None:
    (prompt,) = project(source).prompts
    assert prompt.evidence is Evidence.FRAMEWORK
    assert prompt.template.text == "Looks up the weather of a city for today and tomorrow."
    assert (prompt.name or "").endswith(".__doc__")


@pytest.mark.parametrize(
    "source",
    [
        f"def weather(city): {DOC}",
        f"@server.call_tool()\ndef weather(city): {DOC}",
        f"@pytest.mark.tool\ndef test_weather(city): {DOC}",
        f"@tool(description='Weather')\ndef weather(city): {DOC}",
        f"class Box:\n    @property\n    def city(self): {DOC}\n    def go(self):\n        Agent(tools=[self.city])",
        f"class Weather(BaseModel):\n    {DOC}\n    city: str",
        f"class Weather(Signature):\n    {DOC}",
        f"import inspect\nclass Weather:\n    def city(self): {DOC}\n"
        "def add_tools(app, weather):\n    return inspect.getmembers(weather)\nadd_tools(Weather(), None)",
        f"def weather(city): {DOC}\nthreads = [Thread(target=weather)]",
    ],
)
def test_docstrings_of_other_functions_are_not_prompts(source: str) -> None:
    assert evidence(source) == []


@pytest.mark.parametrize(
    "source",
    [
        'class Weather(BaseTool):\n    description: str = "Looks up the weather of a city today"',
        "class Weather(Tool):\n    @property\n    def description(self):\n"
        '        return "Looks up the weather of a city today"',
        'Tool(name="weather", func=f, description="Looks up the weather of a city today")',
        '@assistant.register_for_llm(description="Looks up the weather of a city today")\ndef f(): pass',
        '@tool\ndef f(city: Annotated[str, "Looks up the weather of a city today"]): pass',
        '@tool\ndef f(city: Annotated[str, Field(description="Looks up the weather of a city today")]): pass',
    ],
)
def test_descriptions_of_tools_and_parameters(source: str) -> None:
    (prompt,) = project(source).prompts
    assert (prompt.evidence, prompt.role) == (Evidence.FRAMEWORK, Role.TOOL)
    assert prompt.template.text == "Looks up the weather of a city today"


def test_a_docstring_is_sent_without_its_indentation() -> None:
    (prompt,) = project(
        '''
        @tool
        def weather(city):
            """Looks up the weather of a city.

            Args:
                city: the name of the city
            """
        '''
    ).prompts
    assert prompt.template.text == "Looks up the weather of a city.\n\nArgs:\n    city: the name of the city"


def test_what_a_named_prompt_is_made_of_is_a_prompt() -> None:
    rules = "The shop is closed on every second Sunday."
    assert texts(
        f"""
        RULES = "{rules}"
        SHOP_PROMPT = f"You are the clerk of a small shop. {{RULES}} Answer politely."
        """
    ) == {rules, "You are the clerk of a small shop. {RULES} Answer politely."}


@pytest.mark.parametrize(
    "use",
    [
        "prompt = SHOP_PROMPT.format(rules=RULES)",
        "prompt = f'{SHOP_PROMPT} {RULES}'",
        "prompt = SHOP_PROMPT + RULES",
        "prompt = SHOP_PROMPT % RULES",
        "prompt = SHOP_PROMPT\nprompt += RULES",
    ],
)
def test_what_is_put_into_or_behind_a_prompt_is_a_prompt(use: str) -> None:
    rules = "The shop is closed on every second Sunday."
    source = f'RULES = "{rules}"\nSHOP_PROMPT = "You are the clerk of a small shop. {{rules}} %s Answer."\n{use}'
    assert rules in texts(source)


def test_a_text_that_is_only_logged_with_a_prompt_is_none() -> None:
    assert texts(
        """
        SHOP_PROMPT = "You are the clerk of a small shop."
        log.info(f"This is the prompt that goes out now: {SHOP_PROMPT}")
        """
    ) == {"You are the clerk of a small shop."}


def test_templates_set_beside_a_prompt_are_for_it() -> None:
    found = texts(
        """
        bot.system_message = "You are the clerk of a small shop."
        bot.output_template = "The code gave this as its result: {content}"
        other.output_template = "The code gave this as its result, too: {content}"
        """
    )
    assert "The code gave this as its result: {content}" in found
    assert "The code gave this as its result, too: {content}" not in found


def test_constants_of_a_package_of_prompts_are_prompts() -> None:
    stage = "Objection handling: the prospect may still have doubts, which are met with proof and patience."
    assert texts(shop__prompts__stages=f'STAGES = {{"6": "{stage}"}}') == {stage}
    assert texts(shop__pages__stages=f'STAGES = {{"6": "{stage}"}}') == set()


def test_the_role_is_read_from_the_names() -> None:
    roles = {
        prompt.name: prompt.role
        for prompt in project("""
    SYSTEM_PROMPT = "You are a helpful assistant that answers in one word."
    USER_PROMPT = "Please answer the question that the user asked before."
    """).prompts
    }
    assert roles == {"SYSTEM_PROMPT": Role.SYSTEM, "USER_PROMPT": Role.USER}


def test_a_prompt_that_is_parsed_before_it_is_used_has_no_layout() -> None:
    source = '''
PROMPT = """
    {
        "TASK": "Choose one of the players.",
        "ANSWER": "Return the name only."
    }
    """
prompt = json.loads(PROMPT)
'''
    assert texts(source) == {'{\n"TASK": "Choose one of the players.",\n"ANSWER": "Return the name only."\n}'}


@pytest.mark.parametrize("use", ["json.loads(prompt)", "re.compile(prompt)", "yaml.safe_load(prompt)"])
def test_a_text_that_is_sent_and_parsed_is_a_prompt_as_it_is_sent(use: str) -> None:
    source = f"""import openai
prompt = "  You must answer in one word and never guess."
{use}
openai.OpenAI().responses.create(model="gpt-6-luna", input=prompt)
"""
    (prompt,) = project(source).prompts
    assert prompt.evidence is Evidence.REACHES_CALL
    assert prompt.template.text == "  You must answer in one word and never guess."


@pytest.mark.parametrize(
    ("imports", "base", "arguments"),
    [
        ("from agents import Agent", "Agent", "name='a', instructions={}"),
        ("from agno.agent import Agent", "Agent", "instructions={}"),
        ("from autogen_agentchat.agents import AssistantAgent", "AssistantAgent", "name='a', system_message={}"),
        ("from crewai import Agent", "Agent", "role='r', backstory={}"),
        ("from pydantic_ai import Agent", "Agent[None, str]", "'openai:gpt-6-luna', system_prompt={}"),
        ("from haystack.components.agents import Agent", "Agent", "system_prompt={}"),
        ("from llama_index.core.agent.workflow import FunctionAgent", "FunctionAgent", "system_prompt={}"),
        ("from smolagents import CodeAgent", "CodeAgent", "instructions={}"),
    ],
)
@pytest.mark.parametrize("init", ["super().__init__(", "super(Mine, self).__init__(", "Base.__init__(self, "])
def test_what_an_agent_class_is_constructed_with_is_sent_by_its_framework(
    imports: str, base: str, arguments: str, init: str
) -> None:
    source = f"""{imports}
class Mine({base}):
    def __init__(self, name):
        {init.replace("Base", base.partition("[")[0])}{arguments.format(ASK)})
"""
    (prompt,) = project(source).prompts
    assert (prompt.evidence, prompt.role) == (Evidence.FRAMEWORK, Role.SYSTEM)


def test_what_an_agent_class_of_the_project_is_given_is_sent_by_its_framework() -> None:
    source = f"""from agno.agent import Agent
class Mine(Agent):
    def __init__(self, text):
        super().__init__(instructions=text)
Mine({ASK})
"""
    (prompt,) = project(source).prompts
    assert (prompt.evidence, prompt.role) == (Evidence.FRAMEWORK, Role.SYSTEM)


@pytest.mark.parametrize("base", ["Window", "window.Agent"])
def test_other_classes_send_nothing_of_what_they_are_constructed_with(base: str) -> None:
    source = f"""import window
class Window: ...
class Mine({base}):
    def __init__(self):
        super().__init__(caption="The one who knows it all, as far as I can see.")
"""
    assert evidence(source) == []
