"""`make torture`: the real bot is killed, frozen and lied to by the hundred, and then everything is counted.

It sees what the two local servers recorded and nothing else: neither the bot's code nor its database.

    storm       what goes wrong and when, drawn from a seed; pure
    history     what was asked, shown and paid, as values; pure
    judgement   which promises a history breaks; pure
    reading     both servers' books -> a history
    arena       the servers, the crowd and the bot with its many lives
    troubles    each kind of trouble, acted out
    kills, restart, tokens, sizes, cuts      the scenarios
    table       what comes out of it, as Markdown
"""
